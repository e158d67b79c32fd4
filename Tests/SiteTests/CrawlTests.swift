import Core
import Foundation
import HTTPTypes
import Hummingbird
import TestSupport
import Testing

@testable import App
@testable import Web

/// Every route as every kind of viewer, looking for words that are hidden from them. The routes are the site's own
/// list, so that a new one whose parameters are not known here fails the test.
struct CrawlTests {
    private static let canary = "zanzibarcanary"
    /// Stands beside the canary, for pages that show again what was asked for.
    private static let companion = "quetzalcompanion"

    private struct Planted {
        var parameters: [String: String]
        /// Kinds of viewers by name, with the token each comes with.
        var viewers: [String: String]
        /// What the addresses of the post's photo held while those whose right has ended could see it, and now.
        var addresses: (old: String, new: String)
    }

    /// Who never could see the post, and who may.
    private static let others = ["follower", "pending", "blocked", "muted", "stranger", "blocking"]
    /// Whose right to see it has ended, by what ended it: they were removed, left, were blocked, block its author, or it
    /// was public and is not any more.
    private static let former = ["removed", "left", "banished", "banisher", "outsider"]

    /// A private account with a post, and people who stand to it in every way.
    private func plant(_ site: TestSite) async throws -> Planted {
        let community = site.test.community
        let owner = try await site.test.member("owner")
        var viewers: [String: String] = [:]
        for name in Self.others + Self.former {
            let viewer = try await site.test.member(name)
            viewers[name] = try await community.credentials.createToken(name: "x", scopes: .all, by: viewer)
                .secret.text
            let follows =
                name == "follower" || name == "muted" || Self.former.contains(name) && name != "outsider"
            if follows { try await community.follows.follow("owner", by: viewer) }
        }
        let word = Self.canary
        let words = "\(word) \(Self.companion)"
        let mentions = Self.former.map { "@\($0)" }.joined(separator: " ")
        let draft = PostDraft(
            caption: "\(words) #\(word) \(mentions)", location: words,
            photos: .uploads([try site.test.upload(altText: words)]))
        let post = try await community.posts.publish(draft, by: owner)
        for name in Self.former {
            try await live(under: post, as: site.viewer(viewers[name]), beside: owner, site)
        }
        _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: owner)
        let comment = try await community.comments.add("\(word) indeed", to: post.id, by: owner)
        let pending = try await site.viewer(viewers["pending"])
        try await community.follows.follow("owner", by: pending)
        try await community.blocks.block("blocked", by: owner)
        try await community.blocks.mute("muted", by: owner)
        try await community.blocks.block("owner", by: try await site.viewer(viewers["blocking"]))
        try await community.follows.removeFollower("removed", by: owner)
        try await community.follows.unfollow("owner", by: try await site.viewer(viewers["left"]))
        try await community.blocks.block("banished", by: owner)
        try await community.blocks.block("owner", by: try await site.viewer(viewers["banisher"]))
        try await community.jobs.runDue()
        let now = try await community.posts.find(post.id, for: owner)
        return Planted(
            parameters: [
                "username": "owner", "posts/id": post.id.description, "comments/id": comment.id.description,
                "media/id": post.photos[0].id.description, "code": post.id.code, "tag": word,
                "sessions/id": "x",
                "tokens/id": "x", "folder": "ab", "photo": "ab",
                "name": "thumb.jpg", "upload": "00000000000000000000000000000000",
            ], viewers: viewers, addresses: (post.photos[0].files, now.photos[0].files))
    }

    /// Everything that somebody who sees a post may do, and have done to what they did, that leaves a trace with them.
    private func live(under post: Post, as viewer: Viewer, beside owner: Viewer, _ site: TestSite)
        async throws
    {
        let community = site.test.community
        try await community.likes.like(post.id, by: viewer)
        try await community.saves.save(post.id, by: viewer)
        let comment = try await community.comments.add("well", to: post.id, by: viewer)
        try await community.likes.like(comment.id, by: owner)
        let response = try await community.comments.add(
            "\(Self.canary) responses @\(viewer.username)", to: post.id, replyTo: comment.id, by: owner)
        try await community.likes.like(response.id, by: viewer)
        _ = try await community.comments.add("\(Self.canary) for @\(viewer.username)", to: post.id, by: owner)
        let told = try await community.notifications.all(for: viewer, page: .first).items
        #expect(Set(told.map(\.kind)).isSuperset(of: [.mention, .reply, .commentLike]), "\(viewer.username)")
    }

    /// A route's path with what was planted in it.
    private func path(_ route: String, _ planted: Planted) throws -> String {
        var before = ""
        let parts = try route.split(separator: "/").map { part -> String in
            defer { before = String(part) }
            guard part.hasPrefix("{") || part.hasPrefix(":") else { return String(part) }
            let name = part.filter { $0 != "{" && $0 != "}" && $0 != ":" }
            return try #require(
                planted.parameters[name] ?? planted.parameters["\(before)/\(name)"],
                "\(route): what is \(name)?")
        }
        return "/" + parts.joined(separator: "/")
    }

    @Test func `what is hidden shows on no route to whom it is hidden from`() async throws {
        try await TestSite.with { site in
            let planted = try await plant(site)
            // It never ends for who is signed in: EventTests listen to it.
            let routes = site.routes.filter { $0.path.description != "/api/events" }
            #expect(routes.count > 100)
            // Reading first: writing changes who stands how.
            let reading = routes.filter { $0.method == .get }
            let writing = routes.filter { $0.method != .get }
            var found: [String: Int] = [:]
            for name in planted.viewers.keys.sorted() + ["nobody"] {
                found[name] = try await crawl(reading, as: name, planted, site)
            }
            let count = (
                hidden: found.filter { !Self.maySee.contains($0.key) },
                seen: found.filter { Self.maySee.contains($0.key) }
            )
            #expect(count.hidden.values.allSatisfy { $0 == 0 })
            // The crawl itself finds what may be seen.
            #expect(count.seen.count == 2 && count.seen.values.allSatisfy { $0 >= 6 }, "\(count.seen)")
            for name in planted.viewers.keys.sorted() + ["nobody"] where !Self.maySee.contains(name) {
                let leaks = try await crawl(writing, as: name, planted, site)
                #expect(leaks == 0)
            }
        }
    }

    private static let maySee: Set<String> = ["follower", "muted"]

    /// Asks for every route; how many answers have the word.
    private func crawl(
        _ routes: [Route], as name: String, _ planted: Planted, _ site: TestSite
    ) async throws -> Int {
        let client = APIClient(site: site, token: planted.viewers[name])
        var count = 0
        for route in routes {
            for address in try addresses(route.path.description, planted) {
                let json = route.method == .get ? nil : #"{"text": "x", "caption": "x"}"#
                let response = try await client.send(route.method, address, json: json)
                #expect(response.status != .internalServerError, "\(route.method) \(address) as \(name)")
                // What one searched for stands in the page again, and so does a tag.
                let isEcho = address.hasPrefix("/search") || address.hasPrefix("/tags/")
                let hasAddress = [planted.addresses.old, planted.addresses.new].contains(
                    where: response.text.contains)
                guard hasAddress || response.text.contains(isEcho ? Self.companion : Self.canary) else {
                    continue
                }
                count += 1
                #expect(Self.maySee.contains(name), "\(route.method) \(address) as \(name)")
            }
        }
        return count
    }

    private func addresses(_ route: String, _ planted: Planted) throws -> [String] {
        let path = try path(route, planted)
        guard path.hasSuffix("/search") else { return [path] }
        return ["users", "tags", "posts"].map { "\(path)?q=\(Self.canary)&type=\($0)" }
    }

    @Test func `what is hidden answers like what does not exist`() async throws {
        try await TestSite.with { site in
            let planted = try await plant(site)
            let missing = [
                "posts/id": "987654321", "comments/id": "987654321", "media/id": "987654321",
                "code": ID<Post>(987_654_321).code,
            ]
            var absent = planted
            absent.parameters.merge(missing) { $1 }
            for route in site.routes where !route.path.description.hasPrefix("/api/me/") {
                let template = route.path.description
                guard ["{id}", "{code}"].contains(where: template.contains) else { continue }
                // What these did can be taken back, so to the routes that do the post is not like none.
                let former = route.method == .get ? Self.former : []
                for name in ["stranger", "pending", "blocked", "blocking"] + former {
                    let client = APIClient(site: site, token: planted.viewers[name])
                    let responses = try await [planted, absent].asyncMap { planted in
                        try await client.send(
                            route.method, try path(template, planted),
                            json: route.method == .get ? nil : #"{"text": "x"}"#)
                    }
                    #expect(responses[0].status == responses[1].status, "\(route.method) \(template) as \(name)")
                    #expect(
                        Self.bare(responses[0].text) == Self.bare(responses[1].text),
                        "\(route.method) \(template) as \(name)")
                }
            }
        }
    }

    @Test func `an address that somebody kept shows no photo that they may not see any more`() async throws {
        try await TestSite.with { site in
            let planted = try await plant(site)
            let visitor = APIClient(site: site, token: nil)
            #expect(planted.addresses.old != planted.addresses.new)
            for name in ["320.jpg", "thumb.jpg"] {
                let old = try await visitor.send(.get, "/media/\(planted.addresses.old)/\(name)")
                #expect(old.status == .notFound)
                #expect(
                    try await visitor.send(.get, "/media/\(planted.addresses.new)/\(name)").status == .ok)
            }
        }
    }

    /// A body without the id of its request and the tokens of its forms.
    private static func bare(_ text: String) -> String {
        text.replacing(#/"requestId":"[^"]*"/#, with: "").replacing(#/value="[^"]*"/#, with: "")
    }
}

extension Sequence {
    /// `map` that waits for each.
    func asyncMap<Other>(_ make: (Element) async throws -> Other) async rethrows -> [Other] {
        var others: [Other] = []
        for element in self { others.append(try await make(element)) }
        return others
    }
}
