import Core
import HTTPTypes
import Hummingbird
import TestSupport
import Testing
import Web

/// Every page shows text by people with its own direction. The community of these tests writes Hebrew, and
/// the site speaks English, so each Hebrew letter on a page was written by a person.
struct DirectionTests {
    private static let text = "שלום 5"

    /// A site on which Ada filled in every field, and Grace reacted to everything.
    private func withPeople(
        _ body: @escaping @Sendable (TestSite, Browser, [String: String]) async throws -> Void
    ) async throws {
        try await TestSite.with { site in
            let community = site.test.community
            let browser = site.browser
            try await browser.register("ada")
            let session = try #require(browser.cookies["session"])
            let ada = try #require(try await community.credentials.viewer(Secret(session), kind: .session))
            let grace = try await site.test.member("grace")
            let text = Self.text
            let profile = ProfileEdit(
                fullName: text, bio: "\(text)\n\(text) #שלום @grace", website: "שלום.example", pronouns: text)
            for person in [ada, grace] {
                _ = try await community.accounts.edit(profile, by: person)
                _ = try await community.credentials.createToken(name: text, scopes: .all, by: person)
            }
            try await community.follows.follow("grace", by: ada)
            try await community.follows.follow("ada", by: grace)
            var posts: [Post] = []
            for person in [ada, grace] {
                let draft = PostDraft(
                    caption: "\(text) #שלום @ada @grace", location: text,
                    photos: .uploads([try site.test.upload(altText: text)]))
                posts.append(try await community.posts.publish(draft, by: person))
            }
            var comments: [Core.Comment] = []
            for (post, person) in zip(posts, [grace, ada]) {
                comments.append(try await community.comments.add(text, to: post.id, by: person))
                try await community.likes.like(post.id, by: person)
                try await community.saves.save(post.id, by: ada)
            }
            for post in posts {
                let own = try await community.comments.add(text, to: post.id, by: ada)
                try await community.likes.like(own.id, by: grace)
                _ = try await community.comments.add(text, to: post.id, replyTo: own.id, by: grace)
            }
            let last = comments[0]
            let parameters = [
                "username": "ada", "posts/id": posts[0].id.description, "code": posts[0].id.code,
                "tag": "%D7%A9%D7%9C%D7%95%D7%9D", "comment": last.id.description, "type": "not-found",
            ]
            try await body(site, browser, parameters)
        }
    }

    @Test func `Hebrew text keeps its direction to itself on every page`() async throws {
        try await withPeople { site, browser, parameters in
            var paths = try site.routes.filter { $0.method == .get && $0.errors == .page }
                .filter { $0.audience != .unauthenticated && $0.path.description != "/styleguide" }
                .map { try TestSite.path($0.path.description, parameters) }
            let code = try #require(parameters["code"])
            let query = "%D7%A9%D7%9C%D7%95%D7%9D"
            paths += ["users", "tags", "posts"].map { "/search?q=\(query)&type=\($0)" }
            paths += ["/p/\(code)?reply=\(parameters["comment"] ?? "")", "/grace", "/search?q=\(query)"]
            var withText: Set<String> = []
            for path in paths {
                let page = try await browser.open(path)
                if MarkupChecker.isRightToLeft(page.text) { withText.insert(path) }
                #expect(MarkupChecker.unisolatedTexts(in: page.text) == [], "\(path)")
            }
            // The pages that show text by people: the test has reached all of them.
            let expected: Set = [
                "/", "/explore", "/notifications", "/saved", "/settings/profile", "/settings/tokens", "/ada",
                "/grace", "/ada/followers", "/ada/following", "/p/\(code)", "/p/\(code)/edit",
                "/p/\(code)/likes", "/tags/\(query)", "/search?q=\(query)&type=tags",
            ]
            #expect(expected.subtracting(withText) == [])
        }
    }

    @Test func `forms that are shown again keep the direction of what was typed`() async throws {
        try await withPeople { site, browser, parameters in
            let long = String(repeating: "\(Self.text) ", count: 500)
            let code = try #require(parameters["code"])
            var answers: [SiteResponse] = []
            for (page, path, fields) in [
                ("/settings/profile", "/settings/profile", ["fullName", "bio", "pronouns", "website"]),
                ("/settings/tokens", "/settings/tokens", ["name"]),
                ("/p/\(code)/edit", "/p/\(code)/edit", ["caption", "location"]),
                ("/p/\(code)", "/p/\(code)/comments", ["text"]),
            ] {
                _ = try await browser.open(page)
                let typed = Dictionary(uniqueKeysWithValues: fields.map { ($0, long) })
                answers.append(try await browser.submit(path, typed))
            }
            let visitor = site.browser
            _ = try await visitor.open("/register")
            answers.append(
                try await visitor.submit(
                    "/register", ["email": long, "fullName": long, "username": long, "password": "x"]))
            for answer in answers {
                #expect(answer.status == .unprocessableContent)
                #expect(MarkupChecker.isRightToLeft(answer.text) || answer.text.contains("/settings/tokens"))
                #expect(MarkupChecker.unisolatedTexts(in: answer.text) == [])
            }
        }
    }

    @Test func `a mention in an excerpt from right to left keeps its sign before the name`() async throws {
        try await withPeople { site, browser, parameters in
            let noor = try await site.test.member("noor")
            let post = try #require(parameters["posts/id"].flatMap { Int64($0) }.map { ID<Post>($0) })
            let comment = try await site.test.community.comments.add("שלום @ada #שלום!", to: post, by: noor)
            let expected = "<bdi>שלום <bdi>@ada</bdi> <bdi>#שלום</bdi>!</bdi>"
            #expect(try await browser.open("/notifications").text.contains(expected))
            let reply = "/p/\(post.code)?reply=\(comment.id)"
            #expect(try await browser.open(reply).text.contains(expected))
        }
    }

    @Test func `texts in attributes and embeds stand between isolates`() async throws {
        try await withPeople { site, browser, parameters in
            let post = try await site.browser.open("/p/\(try #require(parameters["code"]))")
            #expect(post.text.contains("alt=\"\u{2068}שלום 5\u{2069}\""))
            #expect(
                post.text.contains("og:description\" content=\"\u{2068}שלום 5 #שלום @ada @grace\u{2069}\""))
            let profile = try await site.browser.open("/ada")
            #expect(
                profile.text.contains(
                    "content=\"\u{2068}שלום 5\u{2069}\n\u{2068}שלום 5 #שלום @grace\u{2069}\""))
            let embed = try await APIClient(site: site, token: nil).send(
                .get, "/oembed?url=http%3A%2F%2Flocalhost%2Fada")
            #expect(embed.text.contains("\u{2068}שלום 5\u{2069}"))
        }
    }

    @Test func `the title of a tab isolates a caption and a tag`() async throws {
        try await withPeople { _, browser, parameters in
            let post = try await browser.open("/p/\(try #require(parameters["code"]))")
            #expect(
                post.text.contains("<title>ada: \u{2068}שלום 5 #שלום @ada @grace\u{2069} · Isntgram</title>"))
            let tag = try await browser.open("/tags/%D7%A9%D7%9C%D7%95%D7%9D")
            #expect(tag.text.contains("<title>\u{2068}#שלום\u{2069} · Isntgram</title>"))
        }
    }

    @Test(arguments: [
        (#"<p dir="auto">שלום</p><p>a <bdi>b <a href="/">שלום</a></bdi></p>"#, [String]()),
        ("<p>ada: שלום</p>", ["ada: שלום"]), ("<p><bdi>a</bdi>مرحبا</p>", ["مرحبا"]),
        ("<title>ada: \u{2068}שלום\u{2069} · a</title>", []),
        ("<title>\u{2068}a\u{2069} שלום</title>", ["\u{2068}a\u{2069} שלום"]),
        (#"<input aria-label="a" value="שלום"><input aria-label="b" dir="auto" value="שלום">"#, ["שלום"]),
    ])
    func `the check finds text without a direction of its own`(_ markup: String, _ found: [String]) {
        #expect(MarkupChecker.unisolatedTexts(in: markup) == found)
    }
}
