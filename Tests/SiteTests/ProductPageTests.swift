import HTTPTypes
import TestSupport
import Testing

/// The less frequent pages. `Browser.open` also validates the markup of every page.
struct ProductPageTests {
    @Test(arguments: ["/settings/profile", "/notifications", "/saved"])
    func `a visitor who opens a page for members is asked to sign in`(_ path: String) async throws {
        try await TestSite.with { site in
            let response = try await site.browser.open(path)
            #expect(response.headers[.location] == "/login")
        }
    }

    private func makePrivate(_ browser: Browser) async throws {
        _ = try await browser.open("/settings/privacy")
        _ = try await browser.submit("/settings/privacy", ["isPrivate": "yes"])
    }

    /// Ada, whose account is private, and Grace, who asks to follow her.
    private func adaAndRequester(on site: TestSite) async throws -> (ada: Browser, grace: Browser) {
        let ada = try await site.register("ada")
        let grace = try await site.register("grace")
        try await makePrivate(ada)
        _ = try await grace.open("/ada")
        _ = try await grace.submit("/ada/follow")
        return (ada, grace)
    }

    /// Answers Grace's request with “accept” or “reject”.
    private func answer(_ answer: String, by ada: Browser) async throws -> SiteResponse {
        try await ada.submit("/notifications/requests", ["username": "grace", "answer": answer])
    }

    @Test func `Ada's notifications show that Grace asks to follow her`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = try await adaAndRequester(on: site)
            #expect(try await grace.open("/ada").text.contains(">Requested<"))
            #expect(try await ada.open("/").text.contains(#"class="badge""#))
            let notifications = try await ada.open("/notifications")
            #expect(notifications.text.contains("Follow requests") && notifications.text.contains("Accept"))
        }
    }

    @Test func `Ada accepts a request, and Grace follows her`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = try await adaAndRequester(on: site)
            _ = try await ada.open("/notifications")
            #expect(try await answer("accept", by: ada).status == .seeOther)
            #expect(try await grace.open("/notifications").text.contains("accepted your follow request"))
            #expect(try await grace.open("/ada").text.contains(">Following<"))
        }
    }

    @Test func `Ada removes a follower, but cannot remove herself`() async throws {
        try await TestSite.with { site in
            let (ada, _) = try await adaAndRequester(on: site)
            _ = try await answer("accept", by: ada)
            #expect(try await ada.open("/ada/followers").text.contains(">Remove<"))
            #expect(try await ada.submit("/ada/remove-follower").status == .unprocessableContent)
            #expect(
                try await ada.submit("/grace/remove-follower", ["back": "/ada/followers"]).headers[.location]
                    == "/ada/followers")
        }
    }

    @Test func `a follower whom Ada removed asks again, and Ada rejects the request`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = try await adaAndRequester(on: site)
            _ = try await answer("accept", by: ada)
            _ = try await ada.submit("/grace/remove-follower")
            _ = try await grace.open("/ada")
            _ = try await grace.submit("/ada/follow")
            _ = try await ada.open("/notifications")
            #expect(try await answer("reject", by: ada).status == .seeOther)
        }
    }

    @Test func `Grace's page shows Ada whether she mutes or blocks her`() async throws {
        try await TestSite.with { site in
            let (ada, _) = try await adaAndRequester(on: site)
            for (action, label) in [
                ("mute", ">Unmute<"), ("unmute", ">Mute<"), ("block", "You’ve blocked this account"),
            ] {
                _ = try await ada.open("/grace")
                #expect(try await ada.submit("/grace/\(action)").status == .seeOther)
                #expect(try await ada.open("/grace").text.contains(label))
            }
        }
    }

    @Test func `Grace does not find Ada's page until Ada ends the block`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = try await adaAndRequester(on: site)
            _ = try await ada.submit("/grace/block")
            #expect(try await grace.open("/ada").status == .notFound)
            #expect(try await ada.open("/settings/privacy").text.contains("/grace/unblock"))
            #expect(
                try await ada.submit("/grace/unblock", ["back": "/settings/privacy"]).headers[.location]
                    == "/settings/privacy")
            #expect(try await grace.open("/ada").status == .ok)
        }
    }

    /// Posts a photo of a cat and returns the path of the post.
    private func post(_ caption: String, by browser: Browser) async throws -> String {
        let posted = try await browser.upload(
            "/create", [.file("image", try Fixtures.bytes("cat.jpg")), .text("caption", caption)])
        return try #require(posted.headers[.location])
    }

    @Test func `the page of a post links to the next newer post`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let older = try await post("older", by: ada)
            let newer = try await post("newer", by: ada)
            #expect(try await ada.open(older).text.contains(#"rel="prev" href="\#(newer)""#))
        }
    }

    /// Edits a post so that it mentions Grace and describes the photo.
    private func edit(_ path: String, by ada: Browser) async throws -> SiteResponse {
        let editor = try await ada.open("\(path)/edit")
        let field = try #require(editor.text.firstMatch(of: #/name="(altText-[0-9]+)"/#)?.1)
        let edit = ["caption": "edited @grace", "location": "Turin", String(field): "a fine cat"]
        return try await ada.submit("\(path)/edit", edit)
    }

    @Test func `Ada edits her post, and Grace is notified that it mentions her`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let grace = try await site.register("grace")
            let path = try await post("a cat", by: ada)
            #expect(try await edit(path, by: ada).headers[.location] == path)
            let page = try await grace.open(path)
            #expect(page.text.contains(#"href="/grace">@grace"#) && page.text.contains(#"alt="a fine cat""#))
            #expect(try await grace.open("/notifications").text.contains("mentioned you in a post"))
        }
    }

    @Test func `Ada learns that her new caption is too long`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let path = try await post("a cat", by: ada)
            _ = try await ada.open("\(path)/edit")
            #expect(
                try await ada.submit("\(path)/edit", ["caption": String(repeating: "x", count: 2201)]).status
                    == .unprocessableContent)
        }
    }

    @Test func `Grace cannot edit Ada's post`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let grace = try await site.register("grace")
            let path = try await post("a cat", by: ada)
            #expect(try await grace.open("\(path)/edit").status == .forbidden)
        }
    }

    @Test func `Grace likes a post and appears in its list of likes`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let grace = try await site.register("grace")
            let path = try await post("a cat", by: ada)
            #expect(try await grace.submit("\(path)/like").status == .seeOther)
            #expect(try await ada.open("\(path)/likes").text.contains("grace"))
        }
    }

    @Test func `Grace saves a post and removes it again from her saved posts`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let grace = try await site.register("grace")
            let path = try await post("a cat", by: ada)
            #expect(try await grace.submit("\(path)/save").status == .seeOther)
            #expect(try await grace.open("/saved").text.contains(path))
            #expect(try await grace.submit("\(path)/unsave").status == .seeOther)
            #expect(try await grace.open("/saved").text.contains("Posts you save appear here"))
        }
    }

    /// Ada with a post on which Grace has commented, and the id of the comment.
    private func commentedPost(
        on site: TestSite
    ) async throws -> (ada: Browser, path: String, comment: String) {
        let ada = try await site.register("ada")
        let grace = try await site.register("grace")
        let path = try await post("a cat", by: ada)
        _ = try await grace.open(path)
        _ = try await grace.submit("\(path)/comments", ["text": "first"])
        let commented = try await ada.open(path)
        let comment = try #require(commented.text.firstMatch(of: #/\/comments\/([0-9]+)\/like/#)?.1)
        return (ada, path, String(comment))
    }

    @Test func `Ada replies to a comment, and the reply appears below it`() async throws {
        try await TestSite.with { site in
            let (ada, path, comment) = try await commentedPost(on: site)
            let replyForm = try await ada.open("\(path)?reply=\(comment)")
            #expect(
                replyForm.text.contains("<bdi>grace</bdi>:") && replyForm.text.contains("@grace </textarea>"))
            #expect(
                try await ada.submit("\(path)/comments", ["text": "@grace yes", "replyTo": comment])
                    .status == .seeOther)
            #expect(try await ada.open(path).text.contains(#"class="comments replies""#))
        }
    }

    @Test func `Ada likes a comment and takes the like back`() async throws {
        try await TestSite.with { site in
            let (ada, path, comment) = try await commentedPost(on: site)
            #expect(try await ada.submit("/comments/\(comment)/like").status == .seeOther)
            #expect(try await ada.open(path).text.contains(">Unlike<"))
            #expect(try await ada.submit("/comments/\(comment)/unlike").status == .seeOther)
        }
    }

    /// Asks as another site for the description of a page, which it embeds.
    private func embed(_ path: String, of site: TestSite) async throws -> SiteResponse {
        try await APIClient(site: site, token: nil).send(
            .get, "/oembed?url=http%3A%2F%2Flocalhost\(path.replacing("/", with: "%2F"))")
    }

    @Test func `other sites can embed Ada's posts and her profile`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let path = try await post("a cat", by: ada)
            let photo = try await embed(path, of: site)
            #expect(photo.json["type"] as? String == "photo" && photo.json["author_name"] as? String == "ada")
            let profile = try await embed("/ada", of: site)
            #expect(
                profile.json["type"] as? String == "link" && profile.json["author_name"] as? String == "ada")
            #expect(try await ada.open("/ada").text.contains("application/json+oembed"))
        }
    }

    @Test func `other sites can embed neither private accounts nor pages elsewhere`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let path = try await post("a cat", by: ada)
            try await makePrivate(ada)
            #expect(try await embed("/ada", of: site).status == .notFound)
            #expect(try await embed(path, of: site).status == .notFound)
            #expect(
                try await APIClient(site: site, token: nil).send(.get, "/oembed?url=x").status == .notFound)
            #expect(try await !ada.open(path).text.contains("og:image"))
        }
    }

    @Test func `a visitor explores the posts of everybody`() async throws {
        try await TestSite.with { site in
            let visitor = site.browser
            #expect(try await visitor.open("/explore").text.contains("No posts yet"))
            _ = try await post("Gatto #torino", by: try await site.register("ada"))
            #expect(try await visitor.open("/explore").text.contains(#"class="grid""#))
        }
    }

    @Test func `a visitor finds what matches the words of a search`() async throws {
        try await TestSite.with { site in
            _ = try await post("Gatto #torino", by: try await site.register("ada"))
            let visitor = site.browser
            for (query, text) in [
                ("", "from:username"), ("?q=ada", #"href="/ada""#), ("?q=nobody", "No people found"),
                ("?q=gatto&type=posts", #"class="grid""#), ("?q=tor&type=tags", #"href="/tags/torino""#),
                ("?q=x&type=tags", "No tags found"),
            ] {
                #expect(try await visitor.open("/search\(query)").text.contains(text), "\(query)")
            }
            #expect(try await visitor.open("/search?q=x&type=wrong").status == .badRequest)
        }
    }

    @Test func `the page of a tag counts its posts`() async throws {
        try await TestSite.with { site in
            _ = try await post("Gatto #torino", by: try await site.register("ada"))
            let visitor = site.browser
            #expect(try await visitor.open("/tags/torino").text.contains("1 post"))
            #expect(try await visitor.open("/tags/unused").text.contains("No posts with this tag"))
        }
    }

    @Test func `Grace follows a person whom her empty feed suggests`() async throws {
        try await TestSite.with { site in
            _ = try await post("Gatto #torino", by: try await site.register("ada"))
            let grace = try await site.register("grace")
            let home = try await grace.open("/")
            #expect(home.text.contains("People to follow"))
            #expect(try await grace.submit("/ada/follow", ["back": "/"]).headers[.location] == "/")
        }
    }

    @Test func `the documentation of the API shows its operations and what they need`() async throws {
        try await TestSite.with { site in
            let docs = try await site.browser.open("/api/docs")
            #expect(docs.text.contains("POST /api/posts") && docs.text.contains("Needs a token"))
        }
    }

    @Test func `programs find a manifest of the site and rules for robots`() async throws {
        try await TestSite.with { site in
            let manifest = try await APIClient(site: site, token: nil).send(.get, "/manifest.webmanifest")
            #expect(manifest.json["name"] as? String == "Isntgram")
            let robots = try await APIClient(site: site, token: nil).send(.get, "/robots.txt")
            #expect(robots.text.contains("Disallow: /api/"))
        }
    }
}
