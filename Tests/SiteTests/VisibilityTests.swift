import Core
import Foundation
import HTTPTypes
import Hummingbird
import TestSupport
import Testing

@testable import App
@testable import Web

/// Requests every route as every kind of viewer, and searches the responses for content that is hidden from
/// them. The routes come from the site itself, so a new route with a parameter that is unknown here fails the
/// test.
struct VisibilityTests {
    private static let canary = "zanzibarcanary"
    /// Appears next to the canary, for pages that repeat the search text.
    private static let companion = "quetzalcompanion"

    private struct Scenario {
        /// Values for the parameters of routes.
        var parameters: [String: String]
        /// The token of each viewer, by username.
        var tokens: [String: String]
        /// The media prefix of the post's photo, which is part of its URLs: before some viewers lost access,
        /// and now.
        var photoPaths: (old: String, new: String)
    }

    /// Viewers whose access has not changed: some may see the post, and the others never could.
    private static let unchangedViewers = [
        "follower", "pending", "blocked", "muted", "unrelated", "blocking",
    ]
    /// Viewers who have lost access: they were removed as followers, unfollowed the author, were blocked by
    /// the author, blocked the author, or could see the post only while the account was public.
    private static let formerViewers = ["removed", "left", "blocked_later", "blocking_later", "outsider"]

    /// Creates a private account with a post, and viewers with every relationship to it.
    private func makeScenario(_ site: TestSite) async throws -> Scenario {
        let community = site.test.community
        let owner = try await site.test.member("owner")
        var tokens: [String: String] = [:]
        for name in Self.unchangedViewers + Self.formerViewers {
            let viewer = try await site.test.member(name)
            tokens[name] = try await community.credentials.createToken(name: "x", scopes: .all, by: viewer)
                .secret.text
            let follows =
                ["follower", "muted"].contains(name)
                || Self.formerViewers.contains(name) && name != "outsider"
            if follows { try await community.follows.follow("owner", by: viewer) }
        }
        let word = Self.canary
        let text = "\(word) \(Self.companion)"
        let mentions = Self.formerViewers.map { "@\($0)" }.joined(separator: " ")
        let draft = PostDraft(
            caption: "\(text) #\(word) \(mentions)", location: text,
            photos: .uploads([try site.test.upload(altText: text)]))
        let post = try await community.posts.publish(draft, by: owner)
        for name in Self.formerViewers {
            try await interact(with: post, as: site.viewer(tokens[name]), owner: owner, site)
        }
        _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: owner)
        let comment = try await community.comments.add("\(word) indeed", to: post.id, by: owner)
        let pending = try await site.viewer(tokens["pending"])
        try await community.follows.follow("owner", by: pending)
        try await community.blocks.block("blocked", by: owner)
        try await community.blocks.mute("muted", by: owner)
        try await community.blocks.block("owner", by: try await site.viewer(tokens["blocking"]))
        try await community.follows.removeFollower("removed", by: owner)
        try await community.follows.unfollow("owner", by: try await site.viewer(tokens["left"]))
        try await community.blocks.block("blocked_later", by: owner)
        try await community.blocks.block("owner", by: try await site.viewer(tokens["blocking_later"]))
        try await community.jobs.runDue()
        let now = try await community.posts.find(post.id, for: owner)
        return Scenario(
            parameters: [
                "username": "owner", "posts/id": post.id.description, "comments/id": comment.id.description,
                "media/id": post.photos[0].id.description, "code": post.id.code, "tag": word,
                "sessions/id": "x", "trusted-browsers/id": "x",
                "tokens/id": "x", "folder": "ab", "photo": "ab",
                "name": "thumb.jpg", "upload": "00000000000000000000000000000000", "type": "not-found",
            ], tokens: tokens, photoPaths: (post.photos[0].files, now.photos[0].files))
    }

    /// Performs every action on a post that leaves data in the viewer's account, and the owner's reactions to
    /// them.
    private func interact(with post: Post, as viewer: Viewer, owner: Viewer, _ site: TestSite)
        async throws
    {
        let community = site.test.community
        try await community.likes.like(post.id, by: viewer)
        try await community.saves.save(post.id, by: viewer)
        let comment = try await community.comments.add("well", to: post.id, by: viewer)
        try await community.likes.like(comment.id, by: owner)
        let reply = try await community.comments.add(
            "\(Self.canary) replies to @\(viewer.username)", to: post.id, replyTo: comment.id, by: owner)
        try await community.likes.like(reply.id, by: viewer)
        _ = try await community.comments.add("\(Self.canary) for @\(viewer.username)", to: post.id, by: owner)
        let received = try await community.notifications.all(for: viewer, page: .first).items
        #expect(
            Set(received.map(\.kind)).isSuperset(of: [.mention, .reply, .commentLike]), "\(viewer.username)")
    }

    @Test func `no route shows hidden content to viewers without access`() async throws {
        try await TestSite.with { site in
            let scenario = try await makeScenario(site)
            // The event stream never ends for members; EventTests covers it.
            let routes = site.routes.filter { $0.path.description != "/api/events" }
            #expect(routes.count > 100)
            // Reads come first, because writes change relationships.
            let reading = routes.filter { $0.method == .get }
            let writing = routes.filter { $0.method != .get }
            var counts: [String: Int] = [:]
            for name in scenario.tokens.keys.sorted() + ["nobody"] {
                counts[name] = try await crawl(reading, as: name, scenario, site)
            }
            let allowed = counts.filter { Self.allowedViewers.contains($0.key) }
            let denied = counts.filter { !Self.allowedViewers.contains($0.key) }
            #expect(denied.values.allSatisfy { $0 == 0 })
            // Viewers with access do find it, so the search itself works.
            #expect(allowed.count == 2 && allowed.values.allSatisfy { $0 >= 6 }, "\(allowed)")
            for name in scenario.tokens.keys.sorted() + ["nobody"] where !Self.allowedViewers.contains(name) {
                let leaks = try await crawl(writing, as: name, scenario, site)
                #expect(leaks == 0)
            }
        }
    }

    private static let allowedViewers: Set<String> = ["follower", "muted"]

    /// Requests every route and returns how many responses contain the hidden content.
    private func crawl(
        _ routes: [Route], as name: String, _ scenario: Scenario, _ site: TestSite
    ) async throws -> Int {
        let client = APIClient(site: site, token: scenario.tokens[name])
        var count = 0
        for route in routes {
            for path in try paths(route.path.description, scenario) {
                let json = route.method == .get ? nil : #"{"text": "x", "caption": "x"}"#
                let response = try await client.send(route.method, path, json: json)
                #expect(response.status != .internalServerError, "\(route.method) \(path) as \(name)")
                // Search and tag pages repeat the text that was searched for.
                let repeatsText = path.hasPrefix("/search") || path.hasPrefix("/tags/")
                let hasPhotoPath = [scenario.photoPaths.old, scenario.photoPaths.new].contains(
                    where: response.text.contains)
                guard hasPhotoPath || response.text.contains(repeatsText ? Self.companion : Self.canary)
                else {
                    continue
                }
                count += 1
                #expect(Self.allowedViewers.contains(name), "\(route.method) \(path) as \(name)")
            }
        }
        return count
    }

    private func paths(_ route: String, _ scenario: Scenario) throws -> [String] {
        let path = try TestSite.path(route, scenario.parameters)
        guard path.hasSuffix("/search") else { return [path] }
        return ["users", "tags", "posts"].map { "\(path)?q=\(Self.canary)&type=\($0)" }
    }

    @Test func `hidden content gets the same response as content that does not exist`() async throws {
        try await TestSite.with { site in
            let scenario = try await makeScenario(site)
            let missing = [
                "posts/id": "987654321", "comments/id": "987654321", "media/id": "987654321",
                "code": ID<Post>(987_654_321).code,
            ]
            var absent = scenario
            absent.parameters.merge(missing) { $1 }
            for route in site.routes where !route.path.description.hasPrefix("/api/me/") {
                let template = route.path.description
                guard ["{id}", "{code}"].contains(where: template.contains) else { continue }
                // Former viewers can still undo their likes, saves and comments, so writes behave differently
                // for them.
                let former = route.method == .get ? Self.formerViewers : []
                for name in ["unrelated", "pending", "blocked", "blocking"] + former {
                    let client = APIClient(site: site, token: scenario.tokens[name])
                    let responses = try await [scenario, absent].asyncMap { scenario in
                        try await client.send(
                            route.method, try TestSite.path(template, scenario.parameters),
                            json: route.method == .get ? nil : #"{"text": "x"}"#)
                    }
                    #expect(
                        responses[0].status == responses[1].status, "\(route.method) \(template) as \(name)")
                    #expect(
                        Self.normalized(responses[0].text) == Self.normalized(responses[1].text),
                        "\(route.method) \(template) as \(name)")
                }
            }
        }
    }

    @Test func `a former viewer who kept the URL of a photo gets 404`() async throws {
        try await TestSite.with { site in
            let scenario = try await makeScenario(site)
            let visitor = APIClient(site: site, token: nil)
            #expect(scenario.photoPaths.old != scenario.photoPaths.new)
            for name in ["320.jpg", "thumb.jpg"] {
                let old = try await visitor.send(.get, "/media/\(scenario.photoPaths.old)/\(name)")
                #expect(old.status == .notFound)
                #expect(
                    try await visitor.send(.get, "/media/\(scenario.photoPaths.new)/\(name)").status == .ok)
            }
        }
    }

    /// Returns a body without its request id and the CSRF tokens of its forms.
    private static func normalized(_ text: String) -> String {
        text.replacing(#/"requestId":"[^"]*"/#, with: "").replacing(#/value="[^"]*"/#, with: "")
    }
}

extension Sequence {
    /// Maps the elements with an asynchronous function, one after the other.
    func asyncMap<Other>(_ make: (Element) async throws -> Other) async rethrows -> [Other] {
        var others: [Other] = []
        for element in self { others.append(try await make(element)) }
        return others
    }
}
