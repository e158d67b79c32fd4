import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import Web

/// The less frequent operations of the API. `APIClient.send` also validates every response against the
/// OpenAPI document.
struct ProductAPITests {
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

    @Test func `Ada edits her profile, picture, username, email and password, and deletes her account`()
        async throws
    {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let edited = try await ada.send(
                .put, "/api/profile",
                json: #"{"bio": "hi", "website": "example.org", "pronouns": "she/her", "isPrivate": true}"#)
            #expect(edited.json["bio"] as? String == "hi" && edited.json["isPrivate"] as? Bool == true)
            #expect(edited.json["website"] as? String == "https://example.org")
            let long = try await ada.send(
                .put, "/api/profile", json: #"{"bio": "\#(String(repeating: "x", count: 151))"}"#)
            #expect(long.status == .unprocessableContent && long.fieldErrors.first?["field"] == "bio")
            let pictured = try await ada.upload(
                "/api/profile/picture", [.file("image", try Fixtures.bytes("cat.jpg"))], method: .put)
            let url = try #require(pictured.json["profilePictureUrl"] as? String)
            #expect(try await ada.send(.get, url.replacing("http://localhost", with: "")).status == .ok)
            #expect(
                try await ada.upload("/api/profile/picture", [.text("x", "y")], method: .put).fieldErrors
                    .first?[
                        "field"] == "image")
            #expect(try await ada.send(.delete, "/api/profile/picture").status == .noContent)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
            #expect(
                try await ada.send(.put, "/api/me/username", json: #"{"username": "countess"}"#).json[
                    "username"] as? String
                    == "countess")
            #expect(
                try await ada.send(.put, "/api/me/username", json: #"{"username": "api"}"#).status
                    == .unprocessableContent)
            let password = TestCommunity.password
            #expect(
                try await ada.send(
                    .put, "/api/me/email", json: #"{"email": "a@b.org", "password": "\#(password)"}"#
                ).json[
                    "email"] as? String == "a@b.org")
            let change = #"{"currentPassword": "\#(password)", "newPassword": "another horse battery"}"#
            #expect(try await ada.send(.put, "/api/me/password", json: change).status == .noContent)
            #expect(
                try await ada.send(.put, "/api/me/password", json: change).fieldErrors.first?["field"]
                    == "currentPassword")
            #expect(try await ada.send(.delete, "/api/me").status == .unsupportedMediaType)
            let guess = try await ada.send(
                .delete, "/api/me", json: #"{"password": "not this one at all"}"#)
            #expect(guess.status == .unprocessableContent && guess.fieldErrors.first?["field"] == "password")
            #expect(
                try await ada.send(.get, "/api/me").status == .ok, "a token alone cannot delete the account")
            let right = #"{"password": "another horse battery"}"#
            #expect(try await ada.send(.delete, "/api/me", json: right).status == .noContent)
            #expect(try await ada.send(.get, "/api/me").status == .unauthorized)
        }
    }

    @Test func `Ada creates, lists and revokes tokens, and lists sessions`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let made = try await ada.send(
                .post, "/api/me/tokens", json: #"{"name": "bot", "scopes": ["read"]}"#)
            let bot = APIClient(site: site, token: try #require(made.json["token"] as? String))
            #expect(try await bot.send(.put, "/api/profile", json: "{}").status == .forbidden)
            let tokens = try await ada.send(.get, "/api/me/tokens").items
            #expect(tokens.count == 2 && tokens.filter { $0["isCurrent"] as? Bool == true }.count == 1)
            let id = try #require(tokens.first { $0["name"] as? String == "bot" }?["id"] as? String)
            #expect(try await ada.send(.delete, "/api/me/tokens/\(id)").status == .noContent)
            #expect(try await bot.send(.get, "/api/me").status == .unauthorized)
            #expect(try await ada.send(.delete, "/api/me/sessions/\(id)").status == .notFound)
            #expect(try await ada.send(.get, "/api/me/sessions").items.isEmpty)
            #expect(
                try await ada.send(.post, "/api/me/tokens", json: #"{"name": "x", "scopes": ["all"]}"#).status
                    == .unprocessableContent)
        }
    }

    @Test func `Ada makes her account private, accepts a request, and removes, mutes and blocks Grace`()
        async throws
    {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            let post = try await ada.post()
            _ = try await ada.send(.put, "/api/profile", json: #"{"isPrivate": true}"#)
            #expect(try await grace.send(.get, "/api/posts/\(post.id)").status == .notFound)
            #expect(try await grace.send(.post, "/api/users/ada/follow").status == .noContent)
            #expect(try await ada.send(.get, "/api/follow-requests").items.count == 1)
            #expect(try await ada.send(.post, "/api/follow-requests/grace/accept").status == .noContent)
            #expect(try await ada.send(.post, "/api/follow-requests/grace/reject").status == .notFound)
            #expect(try await grace.send(.get, "/api/posts/\(post.id)").status == .ok)
            #expect(try await ada.send(.delete, "/api/users/grace/follower").status == .noContent)
            #expect(try await grace.send(.get, "/api/users/ada/followers").status == .notFound)
            #expect(try await ada.send(.post, "/api/users/grace/mute").status == .noContent)
            #expect(try await ada.send(.get, "/api/mutes").items.count == 1)
            #expect(try await ada.send(.delete, "/api/users/grace/mute").status == .noContent)
            #expect(try await ada.send(.post, "/api/users/grace/block").status == .noContent)
            #expect(try await ada.send(.get, "/api/blocks").items.count == 1)
            #expect(try await grace.send(.get, "/api/users/ada").status == .notFound)
            let relationship =
                try await ada.send(.get, "/api/users/grace").json["relationship"] as? [String: Bool]
            #expect(relationship?["blocking"] == true)
            #expect(try await ada.send(.delete, "/api/users/grace/block").status == .noContent)
            #expect(try await ada.send(.post, "/api/users/ada/block").status == .unprocessableContent)
        }
    }

    @Test func `Ada and Grace edit, save and like posts, and reply to and like comments`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            let post = try await ada.post("first")
            let media = try #require(
                try await ada.send(.get, "/api/posts/\(post.id)").json["media"] as? [[String: Any]])
            let photo = try #require(media[0]["id"] as? String)
            let edit = """
                {"caption": "second #tag", "location": "Turin", \
                "media": [{"id": "\(photo)", "altText": "a cat"}]}
                """
            let edited = try await ada.send(.patch, "/api/posts/\(post.id)", json: edit)
            #expect(edited.json["caption"] as? String == "second #tag" && edited.text.contains("a cat"))
            #expect(try await grace.send(.patch, "/api/posts/\(post.id)", json: edit).status == .forbidden)
            #expect(
                try await ada.send(
                    .patch, "/api/posts/\(post.id)", json: #"{"media": [{"id": "5", "altText": "x"}]}"#
                ).status
                    == .unprocessableContent)
            #expect(try await grace.send(.post, "/api/posts/\(post.id)/save").status == .noContent)
            #expect(try await grace.send(.get, "/api/saved").items.first?["savedByMe"] as? Bool == true)
            #expect(try await grace.send(.delete, "/api/posts/\(post.id)/save").status == .noContent)
            #expect(try await grace.send(.post, "/api/posts/\(post.id)/like").status == .noContent)
            #expect(
                try await ada.send(.get, "/api/posts/\(post.id)/likes").items.first?["username"] as? String
                    == "grace")
            let comment = try await grace.send(
                .post, "/api/posts/\(post.id)/comments", json: #"{"text": "hi"}"#)
            let id = try #require(comment.json["id"] as? String)
            let reply = try await ada.send(
                .post, "/api/posts/\(post.id)/comments", json: #"{"text": "ho", "replyToId": "\#(id)"}"#)
            #expect(reply.json["replyToId"] as? String == id)
            #expect(
                try await ada.send(
                    .post, "/api/posts/\(post.id)/comments", json: #"{"text": "x", "replyToId": "5"}"#
                ).fieldErrors
                    .first?["field"] == "replyToId")
            #expect(try await ada.send(.post, "/api/comments/\(id)/like").status == .noContent)
            let listed = try await ada.send(.get, "/api/posts/\(post.id)/comments").items
            #expect(listed[0]["likesCount"] as? Int == 1 && listed[0]["likedByMe"] as? Bool == true)
            #expect(try await ada.send(.delete, "/api/comments/\(id)/like").status == .noContent)
            let notifications = try await grace.send(.get, "/api/notifications")
            #expect(notifications.items.map { $0["kind"] as? String } == ["reply"])
            #expect(try await grace.send(.post, "/api/notifications/read").status == .noContent)
            #expect(
                try await grace.send(.get, "/api/notifications").items.first?["isUnread"] as? Bool == false)
        }
    }

    @Test func `visitors explore and search, and Grace gets suggestions`() async throws {
        try await TestSite.with { site in
            let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
            _ = try await ada.post("Espresso #torino #caffè")
            let visitor = APIClient(site: site, token: nil)
            #expect(try await visitor.send(.get, "/api/explore").items.count == 1)
            #expect(try await visitor.send(.get, "/api/tags/Torino/posts").items.count == 1)
            #expect(try await visitor.send(.get, "/api/tags/caff%C3%A8/posts").items.count == 1)
            #expect(try await visitor.send(.get, "/api/tags/!/posts").status == .notFound)
            #expect(
                try await visitor.send(.get, "/api/search?q=ad").items.first?["username"] as? String == "ada"
            )
            #expect(try await visitor.send(.get, "/api/search?q=espre&type=posts").items.count == 1)
            #expect(
                try await visitor.send(.get, "/api/search?q=tor&type=tags").items.first?["tag"] as? String
                    == "torino")
            #expect(try await visitor.send(.get, "/api/search?q=x&type=y").status == .badRequest)
            #expect(
                try await visitor.send(.get, "/api/search?q=\(String(repeating: "x", count: 201))").status
                    == .badRequest)
            #expect(
                try await grace.send(.get, "/api/suggestions").items.first?["username"] as? String == "ada")
            let second = try await ada.post("#torino")
            let page = try await visitor.send(.get, "/api/search?q=%23torino&type=posts&limit=1")
            let cursor = "search-posts-0-\(second.id)"
            let next = "http://localhost/api/search?cursor=\(cursor)&q=%23torino&type=posts&limit=1"
            #expect(page.headers[.link] == #"<\#(next)>; rel="next""#)
        }
    }

    @Test func `Ada downloads everything she has posted as a valid ZIP file`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("mine")
            let response = try await site.client.execute(
                uri: "/api/me/export", method: .get, headers: [.authorization: "Bearer \(ada.token ?? "")"])
            #expect(response.headers[.contentDisposition] == #"attachment; filename="isntgram-ada.zip""#)
            let path = site.test.folder + "/export.zip"
            try Data(response.body.readableBytesView).write(to: URL(fileURLWithPath: path))
            let python = Process()
            python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            python.arguments = [
                "python3", "-c",
                """
                import sys, zipfile
                archive = zipfile.ZipFile(sys.argv[1])
                assert archive.testzip() is None
                print(*archive.namelist())
                """, path,
            ]
            let output = Pipe()
            python.standardOutput = output
            try python.run()
            let names = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            python.waitUntilExit()
            #expect(python.terminationStatus == 0)
            #expect(
                names.contains("account.json posts.json comments.json")
                    && names.contains("photos/\(post.code)-1.jpg"))
        }
    }

    @Test func `visitors register with an invitation, or not at all when registration is closed`()
        async throws
    {
        @Sendable func form(_ invite: String) -> String {
            """
            {"email": "a@b.org", "fullName": "", "username": "ada", \
            "password": "\(TestCommunity.password)", "invite": "\(invite)"}
            """
        }
        try await TestSite.with(registration: .invite) { site in
            let client = APIClient(site: site, token: nil)
            #expect(
                try await client.send(.post, "/api/auth/register", json: form("x")).fieldErrors.first?[
                    "field"]
                    == "invite")
            let invite = try await site.test.community.invites.create(uses: 1, days: 1).text
            let page = try await site.browser.open("/register?invite=\(invite)")
            #expect(page.text.contains(#"value="\#(invite)""#))
            #expect(try await client.send(.post, "/api/auth/register", json: form(invite)).status == .created)
        }
        try await TestSite.with(registration: .closed) { site in
            let client = APIClient(site: site, token: nil)
            let refused = try await client.send(.post, "/api/auth/register", json: form(""))
            #expect(refused.status == .forbidden)
            #expect(try await site.browser.open("/register").text.contains("Registration is closed"))
        }
    }
}
