import HTTPTypes
import TestSupport
import Testing
import Web

/// The less frequent operations of the API. `APIClient.send` also validates every response against the
/// OpenAPI document.
struct ProductAPITests {
    @Test func `Ada uploads a photo without saying its type`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let json = #"{"byteCount": 5}"#
            #expect(try await ada.send(.post, "/api/uploads/presigned-url", json: json).status == .created)
        }
    }

    @Test func `Ada deletes a photo that is not posted yet, and Ben cannot`() async throws {
        try await TestSite.with { site in
            let (ada, ben) = (try await site.apiClient("ada"), try await site.apiClient("ben"))
            let added = try await ada.upload("/api/media", [.file("file", try Fixtures.bytes("cat.jpg"))])
            let offer = try await ada.send(
                .post, "/api/uploads/presigned-url", json: #"{"contentType": "image/png", "byteCount": 5}"#)
            let photo = try #require(added.json["url"] as? String).replacing("http://localhost", with: "")
            #expect(try await ada.send(.get, photo).status == .ok)
            for id in [added.json["id"] as? String, offer.json["mediaId"] as? String] {
                let path = "/api/media/\(try #require(id))"
                #expect(
                    try await APIClient(site: site, token: nil).send(.delete, path).status == .unauthorized)
                #expect(try await ben.send(.delete, path).status == .notFound)
                #expect(try await ada.send(.delete, path).status == .noContent)
                #expect(try await ada.send(.delete, path).status == .notFound)
            }
            #expect(try await ada.send(.delete, "/api/media/x").status == .notFound)
            // The file still exists, but it is not served.
            #expect(!site.test.storedFiles.isEmpty)
            #expect(try await ada.send(.get, photo).status == .notFound)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
            let post = try await ada.post()
            let media = try await ada.send(.get, "/api/posts/\(post.id)").json["media"] as? [[String: Any]]
            let posted = try #require(media?.first?["id"] as? String)
            #expect(try await ada.send(.delete, "/api/media/\(posted)").status == .notFound)
        }
    }

    /// Ada, whose account is private, and Grace, who does not follow her yet; and the id of Ada's post.
    private func privateAccount(
        on site: TestSite
    ) async throws -> (ada: APIClient, grace: APIClient, post: String) {
        let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
        let post = try await ada.post()
        _ = try await ada.send(.put, "/api/profile", json: #"{"isPrivate": true}"#)
        return (ada, grace, post.id)
    }

    @Test func `Grace sees the post of a private account once Ada has accepted her request`() async throws {
        try await TestSite.with { site in
            let (ada, grace, post) = try await privateAccount(on: site)
            #expect(try await grace.send(.get, "/api/posts/\(post)").status == .notFound)
            #expect(try await grace.send(.post, "/api/users/ada/follow").status == .noContent)
            #expect(try await ada.send(.get, "/api/follow-requests").items.count == 1)
            #expect(try await ada.send(.post, "/api/follow-requests/grace/accept").status == .noContent)
            #expect(try await grace.send(.get, "/api/posts/\(post)").status == .ok)
        }
    }

    @Test func `Ada cannot reject a request that she has accepted`() async throws {
        try await TestSite.with { site in
            let (ada, grace, _) = try await privateAccount(on: site)
            _ = try await grace.send(.post, "/api/users/ada/follow")
            _ = try await ada.send(.post, "/api/follow-requests/grace/accept")
            #expect(try await ada.send(.post, "/api/follow-requests/grace/reject").status == .notFound)
        }
    }

    @Test func `a follower whom Ada removes no longer sees her followers`() async throws {
        try await TestSite.with { site in
            let (ada, grace, _) = try await privateAccount(on: site)
            _ = try await grace.send(.post, "/api/users/ada/follow")
            _ = try await ada.send(.post, "/api/follow-requests/grace/accept")
            #expect(try await ada.send(.delete, "/api/users/grace/follower").status == .noContent)
            #expect(try await grace.send(.get, "/api/users/ada/followers").status == .notFound)
        }
    }

    @Test func `Ada mutes Grace and ends the mute`() async throws {
        try await TestSite.with { site in
            let (ada, _, _) = try await privateAccount(on: site)
            #expect(try await ada.send(.post, "/api/users/grace/mute").status == .noContent)
            #expect(try await ada.send(.get, "/api/mutes").items.count == 1)
            #expect(try await ada.send(.delete, "/api/users/grace/mute").status == .noContent)
        }
    }

    @Test func `Grace does not find Ada while Ada blocks her`() async throws {
        try await TestSite.with { site in
            let (ada, grace, _) = try await privateAccount(on: site)
            #expect(try await ada.send(.post, "/api/users/grace/block").status == .noContent)
            #expect(try await ada.send(.get, "/api/blocks").items.count == 1)
            #expect(try await grace.send(.get, "/api/users/ada").status == .notFound)
            let relationship =
                try await ada.send(.get, "/api/users/grace").json["relationship"] as? [String: Bool]
            #expect(relationship?["blocking"] == true)
            #expect(try await ada.send(.delete, "/api/users/grace/block").status == .noContent)
        }
    }

    @Test func `Ada cannot block herself`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            #expect(try await ada.send(.post, "/api/users/ada/block").status == .unprocessableContent)
        }
    }

    /// An edit of the caption, the location and the description of the photo of a post.
    private func edit(of post: String, by ada: APIClient) async throws -> String {
        let media = try #require(
            try await ada.send(.get, "/api/posts/\(post)").json["media"] as? [[String: Any]])
        let photo = try #require(media[0]["id"] as? String)
        return """
            {"caption": "second #tag", "location": "Turin", \
            "media": [{"id": "\(photo)", "altText": "a cat"}]}
            """
    }

    @Test func `Ada edits her post and the description of its photo`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("first").id
            let edited = try await ada.send(
                .patch, "/api/posts/\(post)", json: try await edit(of: post, by: ada))
            #expect(edited.json["caption"] as? String == "second #tag" && edited.text.contains("a cat"))
        }
    }

    @Test func `Grace cannot edit Ada's post`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            let post = try await ada.post("first").id
            let json = try await edit(of: post, by: ada)
            #expect(try await grace.send(.patch, "/api/posts/\(post)", json: json).status == .forbidden)
        }
    }

    @Test func `an edit that describes a photo of another post is rejected`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("first").id
            #expect(
                try await ada.send(
                    .patch, "/api/posts/\(post)", json: #"{"media": [{"id": "5", "altText": "x"}]}"#
                ).status
                    == .unprocessableContent)
        }
    }

    @Test func `Grace saves a post and removes it again from her saved posts`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            let post = try await ada.post().id
            #expect(try await grace.send(.post, "/api/posts/\(post)/save").status == .noContent)
            #expect(try await grace.send(.get, "/api/saved").items.first?["savedByMe"] as? Bool == true)
            #expect(try await grace.send(.delete, "/api/posts/\(post)/save").status == .noContent)
        }
    }

    @Test func `Grace likes a post and appears in its list of likes`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            let post = try await ada.post().id
            #expect(try await grace.send(.post, "/api/posts/\(post)/like").status == .noContent)
            #expect(
                try await ada.send(.get, "/api/posts/\(post)/likes").items.first?["username"] as? String
                    == "grace")
        }
    }

    /// A post by Ada with a comment by Grace.
    private struct CommentedPost {
        let ada: APIClient
        let grace: APIClient
        let post: String
        let comment: String

        init(on site: TestSite) async throws {
            ada = try await site.apiClient("ada")
            grace = try await site.apiClient("grace")
            post = try await ada.post().id
            let comment = try await grace.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "hi"}"#)
            self.comment = try #require(comment.json["id"] as? String)
        }

        /// Ada's reply to a comment.
        func reply(_ text: String, to comment: String) async throws -> SiteResponse {
            try await ada.send(
                .post, "/api/posts/\(post)/comments",
                json: #"{"text": "\#(text)", "replyToId": "\#(comment)"}"#)
        }
    }

    @Test func `Ada replies to a comment`() async throws {
        try await TestSite.with { site in
            let talk = try await CommentedPost(on: site)
            let reply = try await talk.reply("ho", to: talk.comment)
            #expect(reply.json["replyToId"] as? String == talk.comment)
        }
    }

    @Test func `a reply to a comment that does not exist is rejected`() async throws {
        try await TestSite.with { site in
            let talk = try await CommentedPost(on: site)
            let reply = try await talk.reply("x", to: "5")
            #expect(reply.fieldErrors.first?["field"] == "replyToId")
        }
    }

    @Test func `Ada likes a comment and takes the like back`() async throws {
        try await TestSite.with { site in
            let talk = try await CommentedPost(on: site)
            #expect(
                try await talk.ada.send(.post, "/api/comments/\(talk.comment)/like").status == .noContent)
            let listed = try await talk.ada.send(.get, "/api/posts/\(talk.post)/comments").items
            #expect(listed[0]["likesCount"] as? Int == 1 && listed[0]["likedByMe"] as? Bool == true)
            #expect(
                try await talk.ada.send(.delete, "/api/comments/\(talk.comment)/like").status == .noContent)
        }
    }

    @Test func `Grace is notified of a reply, but not of a like that Ada took back`() async throws {
        try await TestSite.with { site in
            let talk = try await CommentedPost(on: site)
            _ = try await talk.reply("ho", to: talk.comment)
            _ = try await talk.ada.send(.post, "/api/comments/\(talk.comment)/like")
            _ = try await talk.ada.send(.delete, "/api/comments/\(talk.comment)/like")
            let notifications = try await talk.grace.send(.get, "/api/notifications")
            #expect(notifications.items.map { $0["kind"] as? String } == ["reply"])
        }
    }

    @Test func `Grace marks her notifications as read`() async throws {
        try await TestSite.with { site in
            let talk = try await CommentedPost(on: site)
            _ = try await talk.reply("ho", to: talk.comment)
            #expect(try await talk.grace.send(.post, "/api/notifications/read").status == .noContent)
            #expect(
                try await talk.grace.send(.get, "/api/notifications").items.first?["isUnread"] as? Bool
                    == false)
        }
    }

    @Test func `visitors explore the posts of everybody`() async throws {
        try await TestSite.with { site in
            _ = try await site.apiClient("ada").post("Espresso #torino #caffè")
            let visitor = APIClient(site: site, token: nil)
            #expect(try await visitor.send(.get, "/api/explore").items.count == 1)
        }
    }

    @Test func `visitors open the posts with a tag, however it is spelled`() async throws {
        try await TestSite.with { site in
            _ = try await site.apiClient("ada").post("Espresso #torino #caffè")
            let visitor = APIClient(site: site, token: nil)
            #expect(try await visitor.send(.get, "/api/tags/Torino/posts").items.count == 1)
            #expect(try await visitor.send(.get, "/api/tags/caff%C3%A8/posts").items.count == 1)
            #expect(try await visitor.send(.get, "/api/tags/!/posts").status == .notFound)
        }
    }

    @Test func `visitors find what begins with the words of a search`() async throws {
        try await TestSite.with { site in
            _ = try await site.apiClient("ada").post("Espresso #torino #caffè")
            let visitor = APIClient(site: site, token: nil)
            #expect(
                try await visitor.send(.get, "/api/search?q=ad").items.first?["username"] as? String == "ada"
            )
            #expect(try await visitor.send(.get, "/api/search?q=espre&type=posts").items.count == 1)
            #expect(
                try await visitor.send(.get, "/api/search?q=tor&type=tags").items.first?["tag"] as? String
                    == "torino")
        }
    }

    @Test func `a search of an unknown type or with a long text is rejected`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: nil)
            for query in ["q=x&type=y", "q=\(String(repeating: "x", count: 201))"] {
                let response = try await visitor.send(.get, "/api/search?\(query)")
                #expect(response.status == .badRequest)
            }
        }
    }

    @Test func `the link to the next page keeps the words of a search`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            _ = try await ada.post("Espresso #torino #caffè")
            let second = try await ada.post("#torino")
            let visitor = APIClient(site: site, token: nil)
            let page = try await visitor.send(.get, "/api/search?q=%23torino&type=posts&limit=1")
            let cursor = "search-posts-0-\(second.id)"
            let next = "http://localhost/api/search?cursor=\(cursor)&q=%23torino&type=posts&limit=1"
            #expect(page.headers[.link] == #"<\#(next)>; rel="next""#)
        }
    }

    @Test func `Grace gets suggestions of people to follow`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            _ = try await ada.post("Espresso #torino #caffè")
            #expect(
                try await grace.send(.get, "/api/suggestions").items.first?["username"] as? String == "ada")
        }
    }
}
