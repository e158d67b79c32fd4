import Core
import Foundation
import HTTPTypes
import Hummingbird
import Seeding
import TestSupport
import Testing
import Web

/// The main pages, without JavaScript.
struct PageTests {
    @Test func `Ada registers and is invited to post her first photo`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            #expect(try await ada.open("/").text.contains("Register"))
            try await ada.register("ada")
            #expect(try await ada.open("/").text.contains("Post your first photo"))
            #expect(try await ada.open("/ada").text.contains("Your photos will appear here"))
        }
    }

    @Test func `Ada signs out, and her browser can no longer post`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(try await ada.submit("/logout").status == .seeOther)
            #expect(ada.cookies["session"] == nil)
            #expect(try await ada.submit("/create").status == .unauthorized)
        }
    }

    /// Posts two photos, with markup in the caption. Returns the path of the post.
    private func post(by browser: Browser) async throws -> String {
        _ = try await browser.open("/create")
        let posted = try await browser.upload(
            "/create",
            [
                .file("image", try Fixtures.bytes("cat.jpg")),
                .file("image", try Fixtures.bytes("coffee.jpg")),
                .text("caption", #"<script>alert(1)</script> & "cat""#),
                .text("altText", "the cat\r\nthe cup"),
                .text("location", "Turin"),
            ])
        let path = try #require(posted.headers[.location])
        #expect(posted.status == .seeOther && path.hasPrefix("/p/"))
        return path
    }

    @Test func `Ada posts two photos, and her caption is shown as she wrote it`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let page = try await ada.open(try await post(by: ada))
            #expect(page.text.contains("&lt;script&gt;alert(1)") && !page.text.contains("<script>"))
            #expect(page.text.contains(#"alt="the cup""#) && page.text.contains("og:image"))
        }
    }

    @Test func `Ada deletes her post, and its photos are removed`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let path = try await post(by: ada)
            _ = try await ada.open(path)
            #expect(try await ada.submit("\(path)/delete").headers[.location] == "/ada")
            #expect(try await ada.open(path).status == .notFound)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
        }
    }

    @Test func `a visitor who opens a post is invited to sign in`() async throws {
        try await TestSite.with { site in
            let path = try await post(by: try await site.register("ada"))
            #expect(try await site.browser.open(path).text.contains("Sign in"))
        }
    }

    /// Ada with a post, whose path is returned, and Grace, who follows her.
    private func adaAndFollower(
        on site: TestSite
    ) async throws -> (ada: Browser, grace: Browser, path: String) {
        let ada = try await site.register("ada")
        let path = try await post(by: ada)
        let grace = try await site.register("grace")
        _ = try await grace.open("/ada")
        _ = try await grace.submit("/ada/follow")
        return (ada, grace, path)
    }

    @Test func `Grace follows Ada, whose post then appears in her feed`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let path = try await post(by: ada)
            let grace = try await site.register("grace")
            #expect(try await grace.open("/ada").text.contains(">Follow<"))
            #expect(try await grace.submit("/ada/follow").headers[.location] == "/ada")
            #expect(try await grace.open("/ada").text.contains(">Following<"))
            #expect(try await ada.open("/grace").text.contains(">Follow back<"))
            #expect(try await grace.open("/").text.contains(path))
        }
    }

    @Test func `the lists of a profile show who follows whom`() async throws {
        try await TestSite.with { site in
            let (_, grace, _) = try await adaAndFollower(on: site)
            #expect(try await grace.open("/ada/followers").text.contains("grace"))
            #expect(try await grace.open("/grace/following").text.contains("ada"))
            #expect(try await grace.open("/ada/following").text.contains("Not following anyone yet"))
        }
    }

    @Test func `Grace stops following Ada`() async throws {
        try await TestSite.with { site in
            let (_, grace, _) = try await adaAndFollower(on: site)
            #expect(try await grace.submit("/ada/unfollow").status == .seeOther)
            #expect(try await grace.open("/ada").text.contains(">Follow<"))
        }
    }

    @Test func `Grace likes a post in her feed and returns to where she was`() async throws {
        try await TestSite.with { site in
            let (_, grace, path) = try await adaAndFollower(on: site)
            #expect(try await grace.open("/").text.contains(path))
            #expect(try await grace.submit("\(path)/like", ["back": "/#x"]).headers[.location] == "/#x")
            #expect(try await grace.open("/").text.contains(#"aria-label="Unlike""#))
        }
    }

    @Test func `a form never returns to another site`() async throws {
        try await TestSite.with { site in
            let (_, grace, path) = try await adaAndFollower(on: site)
            _ = try await grace.submit("\(path)/like")
            #expect(
                try await grace.submit("\(path)/unlike", ["back": "//evil.example"]).headers[.location]
                    == path)
        }
    }

    @Test func `Grace comments on a post and deletes her comment`() async throws {
        try await TestSite.with { site in
            let (_, grace, path) = try await adaAndFollower(on: site)
            _ = try await grace.open(path)
            #expect(try await grace.submit("\(path)/comments", ["text": "lovely <b>"]).status == .seeOther)
            let commented = try await grace.open(path)
            #expect(commented.text.contains("lovely &lt;b&gt;"))
            let comment = try #require(commented.text.firstMatch(of: #/\/comments\/([0-9]+)\/delete/#)?.1)
            #expect(
                try await grace.submit("/comments/\(comment)/delete").headers[.location] == "\(path)#comments"
            )
        }
    }

    @Test func `an empty comment is rejected`() async throws {
        try await TestSite.with { site in
            let (_, grace, path) = try await adaAndFollower(on: site)
            _ = try await grace.open(path)
            #expect(try await grace.submit("\(path)/comments", ["text": " "]).status == .unprocessableContent)
        }
    }

    @Test func `Grace cannot delete Ada's post`() async throws {
        try await TestSite.with { site in
            let (_, grace, path) = try await adaAndFollower(on: site)
            let forbidden = try await grace.submit("\(path)/delete")
            #expect(forbidden.status == .forbidden && forbidden.text.contains(">Notifications<"))
        }
    }

    @Test func `a form with invalid fields keeps what Ada has typed`() async throws {
        try await TestSite.with { site in
            let browser = site.browser
            _ = try await browser.open("/register")
            let wrong = try await browser.submit(
                "/register", ["email": "no", "fullName": #"A "B""#, "username": "a b", "password": "short"])
            #expect(wrong.status == .unprocessableContent)
            #expect(wrong.text.contains(#"value="A &quot;B&quot;""#) && !wrong.text.contains("short\""))
            #expect(
                wrong.text.contains(#"aria-invalid="true""#) && MarkupChecker.faults(in: wrong.text) == [])
            try await browser.register("ada")
            let empty = try await browser.upload("/create", [.text("caption", "kept")])
            #expect(empty.status == .unprocessableContent && empty.text.contains("kept</textarea>"))
            _ = try await browser.submit("/logout")
            _ = try await browser.open("/login")
            let refused = try await browser.submit("/login", ["login": "ada", "password": "wrong wrong"])
            #expect(refused.status == .unauthorized && refused.text.contains(#"value="ada""#))
        }
    }

    @Test func `a member who is signed in gets no form to sign in or register`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(try await ada.open("/login").status == .seeOther)
            #expect(try await ada.open("/register").status == .seeOther)
        }
    }

    @Test func `a sign-in makes a new session, for which forms of the previous one are not valid`()
        async throws
    {
        try await TestSite.with { site in
            let browser = try await site.register("ada")
            _ = try await browser.submit("/logout")
            _ = try await browser.open("/login")
            #expect(
                try await browser.submit("/login", ["login": "ada", "password": TestCommunity.password])
                    .status == .seeOther)
            let first = browser.cookies["session"]
            let stale = try await browser.submit(
                "/login", ["login": "ada", "password": TestCommunity.password])
            #expect(stale.status == .forbidden, "the form belongs to the previous session")
            _ = try await browser.open("/create")
            #expect(
                try await browser.submit("/login", ["login": "ada", "password": TestCommunity.password])
                    .status == .seeOther)
            #expect(browser.cookies["session"] != first, "a sign-in makes a new session")
        }
    }

    @Test func `forms from other sites or without a valid CSRF token are rejected`() async throws {
        try await TestSite.with { site in
            _ = try await site.register("ada")
            let grace = try await site.register("grace")
            for headers in [
                [fetchSite: "cross-site"], [fetchSite: "same-site"], [.origin: "https://evil.example"],
                [.origin: "null"],
            ] as [HTTPFields] {
                #expect(try await grace.submit("/ada/follow", headers: headers).status == .forbidden)
            }
            for token in ["", "x", String(repeating: "A", count: 43)] {
                #expect(try await grace.submit("/ada/follow", token: token).status == .forbidden)
            }
            #expect(try await site.test.community.accounts.find(username: "ada").followerCount == 0)
            #expect(
                try await grace.submit("/ada/follow", headers: [.origin: "http://localhost"]).status
                    == .seeOther)
            #expect(
                try await grace.submit("/ada/unfollow", headers: [fetchSite: "same-origin"]).status
                    == .seeOther)
        }
    }

    @Test(arguments: [
        "/nobody", "/p/!!", "/p/AAAA", "/nobody/followers", "/posts/5", "/no/such/page", "/Login.php",
    ])
    func `a visitor gets a 404 page with a link to the home page`(_ path: String) async throws {
        try await TestSite.with { site in
            let response = try await site.browser.open(path)
            #expect(response.status == .notFound && response.text.contains(#"href="/""#))
        }
    }

    @Test func `Ada pages through long lists, and old URLs of posts redirect`() async throws {
        try await TestSite.with { site in
            try await Seed(accounts: 30, posts: 60, follows: 25).insert(into: site.test.community)
            let first = try await site.browser.open("/person0/followers")
            #expect(first.text.contains(#"rel="next""#))
            let next = try #require(first.text.firstMatch(of: #/rel="next" href="([^"]+)"/#)?.1)
            #expect(try await site.browser.open(String(next)).status == .ok)
            let ada = try await site.register("ada")
            for person in 0..<15 { _ = try await ada.submit("/person\(person)/follow") }
            let feed = try await ada.open("/")
            #expect(feed.text.contains(#"rel="next""#))
            #expect(try await ada.open("/?cursor=1").text.contains("You’re all caught up"))
            let found = try await site.test.community.profiles.withPosts(
                of: "person0", for: nil, page: .first)
            let id = try #require(found.posts.items.first?.id)
            #expect(try await ada.open("/posts/\(id)").headers[.location] == "/p/\(id.code)")
            #expect(try await ada.open("/person0").text.contains(#"<li><a href="/p/\#(id.code)""#))
        }
    }

    @Test func `browsers may cache assets forever, because their URLs contain a hash`() async throws {
        try await TestSite.with { site in
            let page = try await site.browser.open("/about")
            let path = try #require(
                page.text.firstMatch(of: #/href="(\/assets\/[0-9a-f]{16}\/site.css)"/#)?.1)
            let client = APIClient(site: site, token: nil)
            let css = try await client.send(.get, String(path))
            #expect(
                css.headers[.cacheControl] == "public, max-age=31536000, immutable"
                    && css.text.contains("--accent"))
            #expect(try await client.send(.get, "/favicon.svg").headers[.contentType] == "image/svg+xml")
            #expect(try await client.send(.get, "/robots.txt").text.contains("Disallow: /api/"))
        }
    }

    @Test func `no member can have a username that is a path of the site`() async throws {
        try await TestSite.with { site in
            let segments = Set(site.routes.compactMap { $0.path.description.split(separator: "/").first })
            for segment in segments where !segment.hasPrefix("{") {
                #expect(Username.reserved.contains(String(segment)), "\(segment)")
            }
        }
    }
}

/// The header `Sec-Fetch-Site`, which browsers send.
private var fetchSite: HTTPField.Name {
    guard let name = HTTPField.Name("sec-fetch-site") else { preconditionFailure("the field name is valid") }
    return name
}
