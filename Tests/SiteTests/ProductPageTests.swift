import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Website

/// The less frequent pages. `Browser.open` also validates the markup of every page.
struct ProductPageTests {
    @Test func `Ada changes her profile, privacy and account settings, and deletes her account`() async throws
    {
        try await TestSite.with { site in
            let ada = site.browser
            #expect(try await ada.open("/settings/profile").headers[.location] == "/login")
            try await ada.register("ada")
            #expect(try await ada.open("/settings").headers[.location] == "/settings/profile")
            _ = try await ada.open("/settings/profile")
            let saved = try await ada.submit(
                "/settings/profile",
                [
                    "fullName": "Ada L.", "bio": "Hello @grace #maths", "website": "example.org",
                    "pronouns": "she",
                ])
            #expect(saved.headers[.location] == "/settings/profile?saved")
            #expect(try await ada.open("/settings/profile?saved").text.contains("Changes saved."))
            let profile = try await ada.open("/ada")
            #expect(profile.text.contains(#"href="/grace""#) && profile.text.contains(#"href="/tags/maths""#))
            #expect(
                profile.text.contains(#"href="https://example.org""#)
                    && profile.text.contains("rel=\"nofollow"))
            let wrong = try await ada.submit("/settings/profile", ["website": "javascript:alert(1)"])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Enter a website"))
            #expect(
                try await ada.upload(
                    "/settings/profile/picture", [.file("image", try Fixtures.bytes("cat.jpg"))]
                ).status
                    == .seeOther)
            #expect(try await ada.open("/ada").text.contains("/thumb.jpg"))
            #expect(
                try await ada.upload("/settings/profile/picture", [.text("x", "y")]).status
                    == .unprocessableContent)
            _ = try await ada.open("/settings/profile")
            #expect(try await ada.submit("/settings/profile/picture/remove").status == .seeOther)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
            #expect(try await ada.submit("/settings/privacy", ["isPrivate": "yes"]).status == .seeOther)
            #expect(try await ada.open("/settings/privacy").text.contains("checked"))
            #expect(try await site.browser.open("/ada").text.contains("This account is private"))

            _ = try await ada.open("/settings/account")
            #expect(
                try await ada.submit("/settings/account/username", ["username": "admin"]).text.contains(
                    "is reserved"))
            #expect(
                try await ada.submit("/settings/account/username", ["username": "countess"]).status
                    == .seeOther)
            let password = TestCommunity.password
            #expect(
                try await ada.submit("/settings/account/email", ["email": "x", "password": password]).status
                    == .unprocessableContent)
            #expect(
                try await ada.submit(
                    "/settings/account/email", ["email": "c@example.org", "password": password]
                ).status
                    == .seeOther)
            #expect(
                try await ada.submit(
                    "/settings/account/password", ["currentPassword": "x", "newPassword": "y"]
                ).status
                    == .unprocessableContent)
            #expect(
                try await ada.submit(
                    "/settings/account/password",
                    ["currentPassword": password, "newPassword": "another horse battery"]
                ).status == .seeOther)
            _ = try await ada.open("/settings/account")
            #expect(
                try await ada.submit("/settings/account/delete", ["password": password]).status
                    == .unprocessableContent)
            #expect(
                try await ada.submit("/settings/account/delete", ["password": "another horse battery"])
                    .headers[.location] == "/")
            #expect(try await ada.open("/countess").status == .notFound)
        }
    }

    @Test func `Ada ends other sessions, and creates and revokes a token`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            let other = site.browser
            _ = try await other.open("/login")
            _ = try await other.submit("/login", ["login": "ada", "password": TestCommunity.password])
            let sessions = try await ada.open("/settings/sessions")
            #expect(
                sessions.text.contains("this browser") && sessions.text.contains("Sign out everywhere else"))
            let id = try #require(sessions.text.firstMatch(of: #/name="id" value="([^"]+)"/#)?.1)
            #expect(try await ada.submit("/settings/sessions/end", ["id": String(id)]).status == .seeOther)
            #expect(try await other.open("/settings/profile").headers[.location] == "/login")
            #expect(try await ada.submit("/settings/sessions/end-others").status == .seeOther)
            _ = try await ada.open("/settings/tokens")
            #expect(
                try await ada.submit("/settings/tokens", ["name": "", "scopes": "read"]).status
                    == .unprocessableContent)
            let made = try await ada.submit("/settings/tokens", ["name": "bot", "scopes": "read"])
            let token = try #require(made.text.firstMatch(of: #/isnt_[A-Za-z0-9_-]+/#)?.output)
            #expect(try await APIClient(site: site, token: String(token)).send(.get, "/api/me").status == .ok)
            let tokens = try await ada.open("/settings/tokens")
            #expect(!tokens.text.contains(token), "shown once")
            let tokenID = try #require(tokens.text.firstMatch(of: #/name="id" value="([^"]+)"/#)?.1)
            #expect(try await ada.submit("/settings/tokens/end", ["id": String(tokenID)]).status == .seeOther)
            #expect(
                try await APIClient(site: site, token: String(token)).send(.get, "/api/me").status
                    == .unauthorized)
        }
    }

    @Test func `Ada answers follow requests, and removes, mutes and blocks Grace`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (site.browser, site.browser)
            try await ada.register("ada")
            try await grace.register("grace")
            _ = try await ada.open("/settings/privacy")
            _ = try await ada.submit("/settings/privacy", ["isPrivate": "yes"])
            _ = try await grace.open("/ada")
            _ = try await grace.submit("/ada/follow")
            #expect(try await grace.open("/ada").text.contains(">Requested<"))
            #expect(try await ada.open("/").text.contains(#"class="badge""#))
            let notifications = try await ada.open("/notifications")
            #expect(notifications.text.contains("Follow requests") && notifications.text.contains("Accept"))
            #expect(
                try await ada.submit("/notifications/requests", ["username": "grace", "answer": "accept"])
                    .status == .seeOther)
            #expect(try await grace.open("/notifications").text.contains("accepted your follow request"))
            #expect(try await grace.open("/ada").text.contains(">Following<"))
            #expect(try await ada.open("/ada/followers").text.contains(">Remove<"))
            #expect(try await ada.submit("/ada/remove-follower").status == .unprocessableContent)
            #expect(
                try await ada.submit("/grace/remove-follower", ["back": "/ada/followers"]).headers[.location]
                    == "/ada/followers")
            _ = try await grace.open("/ada")
            _ = try await grace.submit("/ada/follow")
            _ = try await ada.open("/notifications")
            #expect(
                try await ada.submit("/notifications/requests", ["username": "grace", "answer": "reject"])
                    .status == .seeOther)
            for (action, label) in [
                ("mute", ">Unmute<"), ("unmute", ">Mute<"), ("block", "You’ve blocked this account"),
            ] {
                _ = try await ada.open("/grace")
                #expect(try await ada.submit("/grace/\(action)").status == .seeOther)
                #expect(try await ada.open("/grace").text.contains(label))
            }
            #expect(try await grace.open("/ada").status == .notFound)
            #expect(try await ada.open("/settings/privacy").text.contains("/grace/unblock"))
            #expect(
                try await ada.submit("/grace/unblock", ["back": "/settings/privacy"]).headers[.location]
                    == "/settings/privacy")
            #expect(try await site.browser.open("/notifications").headers[.location] == "/login")
        }
    }

    @Test func `Ada and Grace edit, like, save and comment on a post, and other sites embed it`() async throws
    {
        try await TestSite.with { site in
            let (ada, grace) = (site.browser, site.browser)
            try await ada.register("ada")
            try await grace.register("grace")
            _ = try await ada.open("/create")
            var paths: [String] = []
            for caption in ["older", "newer"] {
                let posted = try await ada.upload(
                    "/create", [.file("image", try Fixtures.bytes("cat.jpg")), .text("caption", caption)])
                paths.append(try #require(posted.headers[.location]))
            }
            let (older, newer) = (paths[0], paths[1])
            #expect(try await ada.open(older).text.contains(#"rel="prev" href="\#(newer)""#))
            let editor = try await ada.open("\(older)/edit")
            let field = try #require(editor.text.firstMatch(of: #/name="(altText-[0-9]+)"/#)?.1)
            #expect(
                try await ada.submit("\(older)/edit", ["caption": String(repeating: "x", count: 2201)]).status
                    == .unprocessableContent)
            let edit = ["caption": "edited @grace", "location": "Turin", String(field): "a fine cat"]
            #expect(try await ada.submit("\(older)/edit", edit).headers[.location] == older)
            let page = try await grace.open(older)
            #expect(page.text.contains(#"href="/grace">@grace"#) && page.text.contains(#"alt="a fine cat""#))
            #expect(try await grace.open("\(older)/edit").status == .forbidden)
            #expect(try await grace.open("/notifications").text.contains("mentioned you in a post"))
            _ = try await grace.open(older)
            _ = try await grace.submit("\(older)/comments", ["text": "first"])
            let commented = try await ada.open(older)
            let comment = try #require(commented.text.firstMatch(of: #/\/comments\/([0-9]+)\/like/#)?.1)
            let replyForm = try await ada.open("\(older)?reply=\(comment)")
            #expect(
                replyForm.text.contains("<bdi>grace</bdi>:") && replyForm.text.contains("@grace </textarea>"))
            #expect(
                try await ada.submit("\(older)/comments", ["text": "@grace yes", "replyTo": String(comment)])
                    .status == .seeOther)
            #expect(try await ada.submit("/comments/\(comment)/like").status == .seeOther)
            let threaded = try await ada.open(older)
            #expect(
                threaded.text.contains(#"class="comments replies""#) && threaded.text.contains(">Unlike<"))
            #expect(try await ada.submit("/comments/\(comment)/unlike").status == .seeOther)
            #expect(try await grace.submit("\(older)/like").status == .seeOther)
            #expect(try await ada.open("\(older)/likes").text.contains("grace"))
            #expect(try await grace.submit("\(older)/save").status == .seeOther)
            #expect(try await grace.open("/saved").text.contains(older))
            #expect(try await grace.submit("\(older)/unsave").status == .seeOther)
            #expect(try await grace.open("/saved").text.contains("Posts you save appear here"))
            #expect(try await site.browser.open("/saved").headers[.location] == "/login")

            let visitor = APIClient(site: site, token: nil)
            let embed = try await visitor.send(
                .get, "/oembed?url=http%3A%2F%2Flocalhost\(older.replacing("/", with: "%2F"))")
            #expect(embed.json["type"] as? String == "photo" && embed.json["author_name"] as? String == "ada")
            let profile = try await visitor.send(.get, "/oembed?url=http%3A%2F%2Flocalhost%2Fada")
            #expect(
                profile.json["type"] as? String == "link" && profile.json["author_name"] as? String == "ada")
            #expect(try await ada.open("/ada").text.contains("application/json+oembed"))
            _ = try await ada.open("/settings/privacy")
            _ = try await ada.submit("/settings/privacy", ["isPrivate": "yes"])
            #expect(
                try await visitor.send(.get, "/oembed?url=http%3A%2F%2Flocalhost%2Fada").status == .notFound)
            #expect(
                try await visitor.send(
                    .get, "/oembed?url=http%3A%2F%2Flocalhost\(older.replacing("/", with: "%2F"))"
                ).status
                    == .notFound)
            #expect(try await visitor.send(.get, "/oembed?url=x").status == .notFound)
            #expect(try await !ada.open(older).text.contains("og:image"))
        }
    }

    @Test func `visitors explore, search, and open tag pages, API documentation and static files`()
        async throws
    {
        try await TestSite.with { site in
            let visitor = site.browser
            #expect(try await visitor.open("/explore").text.contains("No posts yet"))
            let ada = site.browser
            try await ada.register("ada")
            _ = try await ada.upload(
                "/create", [.file("image", try Fixtures.bytes("cat.jpg")), .text("caption", "Gatto #torino")])
            #expect(try await visitor.open("/explore").text.contains(#"class="grid""#))
            #expect(try await visitor.open("/search").text.contains("from:username"))
            #expect(try await visitor.open("/search?q=ada").text.contains(#"href="/ada""#))
            #expect(try await visitor.open("/search?q=nobody").text.contains("No people found"))
            #expect(try await visitor.open("/search?q=gatto&type=posts").text.contains(#"class="grid""#))
            #expect(try await visitor.open("/search?q=tor&type=tags").text.contains(#"href="/tags/torino""#))
            #expect(try await visitor.open("/search?q=x&type=tags").text.contains("No tags found"))
            #expect(try await visitor.open("/search?q=x&type=wrong").status == .badRequest)
            #expect(try await visitor.open("/tags/torino").text.contains("1 post"))
            #expect(try await visitor.open("/tags/unused").text.contains("No posts with this tag"))
            let grace = site.browser
            try await grace.register("grace")
            let home = try await grace.open("/")
            #expect(home.text.contains("People to follow"))
            #expect(try await grace.submit("/ada/follow", ["back": "/"]).headers[.location] == "/")
            let docs = try await visitor.open("/api/docs")
            #expect(docs.text.contains("POST /api/posts") && docs.text.contains("Needs a token"))
            let manifest = try await APIClient(site: site, token: nil).send(.get, "/manifest.webmanifest")
            #expect(manifest.json["name"] as? String == "Isntgram")
            let robots = try await APIClient(site: site, token: nil).send(.get, "/robots.txt")
            #expect(robots.text.contains("Disallow: /api/"))
        }
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            """
            Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 \
            Mobile Safari/604.1
            """, "Safari on iPhone"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows"
        ),
        ("curl/8", "curl/8"), ("Firefox", "Firefox"),
    ])
    func `a session shows the short name of its browser`(_ userAgent: String, _ name: String) {
        #expect(BrowserName.of(userAgent) == name)
    }

    @Test func `a visitor of the demo can like and follow, but change nothing else`() async throws {
        try await TestSite.with(isDemo: true) { site in
            let form = Registration(email: "v@demo.invalid", fullName: "", username: "visitor", password: "")
            _ = try await site.test.community.accounts.createDemo(form, isDemo: true)
            let ada = try await site.apiClient("ada")
            let post = try await ada.post()
            let visitor = site.browser
            #expect(try await visitor.open("/login").text.contains("Try the demo"))
            #expect(try await visitor.open("/").text.contains("Try the demo"))
            #expect(try await visitor.submit("/demo").status == .seeOther)
            _ = try await visitor.open("/p/\(post.code)")
            #expect(try await visitor.submit("/p/\(post.code)/like").status == .seeOther)
            #expect(try await visitor.submit("/ada/follow").status == .seeOther)
            let refused = [
                try await visitor.submit("/p/\(post.code)/comments", ["text": "x"]),
                try await visitor.submit("/settings/profile", ["bio": "x"]),
                try await visitor.submit(
                    "/settings/account/password", ["currentPassword": "-", "newPassword": "another horse"]),
                try await visitor.submit("/settings/account/delete", ["password": "-"]),
                try await visitor.submit("/settings/tokens", ["name": "x", "scopes": "read"]),
                try await visitor.upload("/create", [.file("image", try Fixtures.bytes("cat.jpg"))]),
                try await visitor.submit("/ada/block"), try await visitor.submit("/ada/mute"),
                try await visitor.submit("/settings/sessions/end-others"),
            ]
            #expect(refused.map(\.status) == Array(repeating: .forbidden, count: 9))
            let other = site.browser
            _ = try await other.open("/")
            _ = try await other.submit("/demo")
            let sessions = try await other.open("/settings/sessions")
            #expect(
                sessions.text.split(separator: "Last used").count == 2,
                "demo users do not see each other's sessions")
            try await site.test.settle()
            #expect(site.test.storedFiles.count == 3, "one post by Ada: two renditions and a thumbnail")
        }
        try await TestSite.with { site in
            let visitor = site.browser
            let page = try await visitor.open("/login")
            #expect(!page.text.contains("Try the demo"))
            let refused = try await visitor.submit("/demo")
            #expect(refused.status != .seeOther)
        }
    }
}
