import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

struct APITests {
    private let visitor: @Sendable (TestSite) -> APIClient = { APIClient(site: $0, token: nil) }

    @Test func `Ada registers and gets a user and a token with the documented fields`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let me = try await ada.send(.get, "/api/me")
            #expect(
                Set(me.json.keys) == [
                    "id", "username", "fullName", "bio", "website", "pronouns", "profilePictureUrl",
                    "isPrivate",
                    "postsCount", "followerCount", "followingCount", "createdAt", "email",
                ])
            #expect(
                me.json["email"] as? String == "ada@example.org" && me.json["profilePictureUrl"] is NSNull)
            #expect((me.json["createdAt"] as? String)?.hasSuffix("Z") == true)
            let login = try await visitor(site).send(
                .post, "/api/auth/login",
                json: #"{"login": "ada", "password": "\#(TestCommunity.password)"}"#)
            #expect(Set(login.json.keys) == ["user", "token", "expiresAt"] && login.status == .ok)
            let again = APIClient(site: site, token: try #require(login.json["token"] as? String))
            #expect(try await again.send(.post, "/api/auth/logout").status == .noContent)
            #expect(try await again.send(.get, "/api/me").status == .unauthorized)
        }
    }

    @Test func `Ada posts photos with the documented fields, and deletion removes the files`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let response = try await ada.upload(
                "/api/posts",
                [
                    .file("image", try Fixtures.bytes("coffee.jpg")),
                    .file("image", try Fixtures.bytes("cat.jpg")),
                    .text("caption", #"“quotes” "and" \ \#n lines"#), .text("location", "Turin"),
                    .text("altText", "cup"),
                    .text("altText", "cat"),
                ])
            #expect(response.status == .created)
            #expect(
                Set(response.json.keys) == [
                    "id", "code", "url", "authorId", "author", "caption", "location", "imageUrl", "media",
                    "likesCount",
                    "commentsCount", "likedByMe", "savedByMe", "createdAt", "updatedAt",
                ])
            #expect(response.json["caption"] as? String == #"“quotes” "and" \ \#n lines"#)
            let media = try #require(response.json["media"] as? [[String: Any]])
            #expect(media.map { $0["altText"] as? String } == ["cup", "cat"])
            #expect(
                Set(media[0].keys) == ["id", "url", "width", "height", "altText", "blurhash", "renditions"])
            let id = try #require(response.json["id"] as? String)
            #expect(try await visitor(site).send(.get, "/api/posts/\(id)").json["id"] as? String == id)
            let url = try #require(response.json["imageUrl"] as? String)
                .replacing("http://localhost", with: "")
            let photo = try await visitor(site).send(.get, url)
            #expect(photo.status == .ok && photo.headers[.contentType] == "image/jpeg")
            #expect(photo.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(try await ada.send(.delete, "/api/posts/\(id)").status == .noContent)
            #expect(try await ada.send(.get, "/api/posts/\(id)").status == .notFound)
            #expect(try await visitor(site).send(.get, url).status == .notFound, "not even from the cache")
            try await site.test.settle()
            #expect(site.test.storedFiles == [] && Fixtures.files(below: site.test.folder + "/uploads") == [])
        }
    }

    @Test func `Ada uploads a photo first and posts it by its id`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let photo = try await ada.upload(
                "/api/media", [.file("file", try Fixtures.bytes("cat.jpg")), .text("altText", "cat")])
            #expect(photo.status == .created)
            let id = try #require(photo.json["id"] as? String)
            let post = try await ada.send(
                .post, "/api/posts", json: #"{"caption": "x", "mediaIds": ["\#(id)"]}"#)
            #expect(post.status == .created && post.headers[.location]?.hasPrefix("/api/posts/") == true)
            #expect(
                try await ada.upload("/api/media", [.text("altText", "cat")]).fieldErrors.first?["field"]
                    == "file"
            )
            for body in [
                #"{"mediaIds": ["x"]}"#, #"{"mediaIds": 1}"#, "{}", #"{"mediaIds": null}"#, "nothing", "[]",
            ] {
                let refused = try await ada.send(.post, "/api/posts", json: body)
                #expect([.badRequest, .unprocessableContent].contains(refused.status), "\(body)")
            }
        }
    }

    @Test func `Ada uploads a photo to a presigned URL without a token`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let cat = try Fixtures.bytes("cat.jpg")
            let request = #"{"contentType": "image/jpeg", "byteCount": \#(cat.count), "altText": "cat"}"#
            let offer = try await ada.send(.post, "/api/uploads/presigned-url", json: request)
            #expect(offer.status == .created && offer.json["method"] as? String == "POST")
            let address = try #require(offer.json["url"] as? String)
            let path = String(address.dropFirst("http://localhost".count))
            let visitor = APIClient(site: site, token: nil)
            #expect(
                try await visitor.upload(path, [.file("photo", cat)]).fieldErrors.first?["field"] == "file")
            #expect(try await visitor.upload(path, [.file("file", cat)]).status == .noContent)
            #expect(
                try await visitor.upload("/api/uploads/nobody", [.file("file", cat)]).status == .notFound)
            let larger = try await visitor.upload(path, [.file("file", cat + [0])])
            #expect(larger.status == .unprocessableContent && larger.fieldErrors.first?["field"] == "file")
            // The URL is checked before the content type.
            let unknown = "/api/uploads/\(String(repeating: "0", count: 32))"
            #expect(try await visitor.send(.post, unknown, json: "{}").status == .notFound)
            let id = try #require(offer.json["mediaId"] as? String)
            let post = try await ada.send(.post, "/api/posts", json: #"{"mediaIds": ["\#(id)"]}"#)
            #expect(post.status == .created)
            let media = try #require(post.json["media"] as? [[String: Any]])
            #expect(media.map { $0["id"] as? String } == [id])
            #expect(
                try await visitor.send(.post, "/api/uploads/presigned-url", json: request).status
                    == .unauthorized)
            #expect(
                try await ada.send(.post, "/api/uploads/presigned-url", json: "{}").status
                    == .unprocessableContent)
        }
    }

    @Test func `Grace follows Ada, sees her post in the feed, likes it and comments on it`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let grace = try await site.apiClient("grace")
            let post = try await ada.post()
            #expect(try await grace.send(.get, "/api/posts").items.isEmpty)
            #expect(try await grace.send(.post, "/api/users/ada/follow").status == .noContent)
            let feed = try await grace.send(.get, "/api/posts")
            #expect(feed.items.map { $0["id"] as? String } == [post.id] && feed.json["nextCursor"] is NSNull)
            let relationship =
                try await grace.send(.get, "/api/users/ada").json["relationship"] as? [String: Bool]
            #expect(
                relationship == [
                    "following": true, "requested": false, "followedBy": false, "requestedBy": false,
                    "blocking": false,
                    "muting": false,
                ])
            #expect(try await grace.send(.post, "/api/posts/\(post.id)/like").status == .noContent)
            #expect(try await grace.send(.get, "/api/posts/\(post.id)").json["likedByMe"] as? Bool == true)
            #expect(try await grace.send(.delete, "/api/posts/\(post.id)/like").status == .noContent)
            let comment = try await grace.send(
                .post, "/api/posts/\(post.id)/comments", json: #"{"text": "\u0007\t"}"#)
            #expect(comment.status == .unprocessableContent)
            let good = try await grace.send(
                .post, "/api/posts/\(post.id)/comments", json: #"{"text": "love\u0007ly\r\n"}"#)
            #expect(good.json["text"] as? String == "lovely")
            #expect(
                Set(good.json.keys) == [
                    "id", "postId", "authorId", "author", "text", "replyToId", "likesCount", "likedByMe",
                    "createdAt",
                ])
            #expect(try await visitor(site).send(.get, "/api/posts/\(post.id)/comments").items.count == 1)
            let id = try #require(good.json["id"] as? String)
            #expect(try await ada.send(.delete, "/api/comments/\(id)").status == .noContent)
            #expect(
                try await ada.send(.get, "/api/users/ada/followers").items.first?["username"] as? String
                    == "grace")
            #expect(
                try await ada.send(.get, "/api/users/grace/following").items.first?["username"] as? String
                    == "ada")
            #expect(try await ada.send(.get, "/api/users/ada/posts").items.count == 1)
            #expect(try await grace.send(.delete, "/api/posts/\(post.id)").status == .forbidden)
            #expect(try await grace.send(.delete, "/api/users/ada/follow").status == .noContent)
            #expect(try await grace.send(.get, "/api/posts").items.isEmpty)
        }
    }

    @Test func `Ada pages through a list by cursor and by the Link header`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            for _ in 0..<3 { _ = try await ada.post() }
            let first = try await ada.send(.get, "/api/posts?limit=2")
            let cursor = try #require(first.json["nextCursor"] as? String)
            #expect(
                first.headers[try #require(HTTPField.Name("link"))]
                    == #"<http://localhost/api/posts?cursor=\#(cursor)&limit=2>; rel="next""#)
            let second = try await ada.send(.get, "/api/posts?limit=2&cursor=\(cursor)")
            #expect(second.items.count == 1 && second.json["nextCursor"] is NSNull)
            for query in ["limit=0", "limit=x", "cursor=x"] {
                #expect(try await ada.send(.get, "/api/posts?\(query)").status == .badRequest)
            }
        }
    }

    @Test func `Ada learns why an upload is rejected, and no file is left behind`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let cat = try Fixtures.bytes("cat.jpg")
            let text = try await ada.upload("/api/posts", [.file("image", Array("not a photo".utf8))])
            #expect(text.status == .unsupportedMediaType && text.fieldErrors.first?["field"] == "image")
            #expect(text.headers[.contentType] == "application/problem+json")
            #expect(Set(text.json.keys) == ["type", "title", "status", "detail", "requestId", "errors"])
            let cut = try await ada.upload("/api/posts", [.file("image", Array(cat.prefix(20_000)))])
            #expect(cut.status == .unprocessableContent)
            let many = try await ada.upload("/api/posts", Array(repeating: .file("image", cat), count: 11))
            #expect(many.status == .unprocessableContent && many.text.contains("at most 10"))
            let big = try await ada.upload(
                "/api/posts", [.file("image", Array(repeating: 0xFF, count: 26_000_000))])
            #expect(big.status == .contentTooLarge && big.text.contains("25 MB"))
            let long = try await ada.upload(
                "/api/posts", [.file("image", cat), .text("caption", String(repeating: "x", count: 2201))])
            #expect(long.status == .unprocessableContent && long.fieldErrors.first?["field"] == "caption")
            var half = Multipart.body([.file("image", cat)])
            half.moveWriterIndex(to: half.writerIndex / 2)
            let broken = try await ada.send(
                .post, "/api/posts", headers: [.contentType: Multipart.contentType], body: half)
            #expect(broken.status == .badRequest && broken.text.contains("ended early"))
            let none = try await ada.send(
                .post, "/api/posts", headers: [.contentType: "text/plain"], body: half)
            #expect(none.status == .unsupportedMediaType)
            try await site.test.settle()
            #expect(site.test.storedFiles == [] && Fixtures.files(below: site.test.folder + "/uploads") == [])
            #expect(try await ada.send(.get, "/api/posts").items.isEmpty)
        }
    }

    @Test func `visitors get 401 for member routes, and a read token gets 403 for writes`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post()
            for (method, path) in [
                (.get, "/api/me"), (.get, "/api/posts"), (.post, "/api/posts"), (.post, "/api/media"),
                (.delete, "/api/posts/\(post.id)"), (.post, "/api/posts/\(post.id)/like"),
                (.delete, "/api/posts/\(post.id)/like"),
                (.post, "/api/posts/\(post.id)/comments"), (.delete, "/api/comments/7"),
                (.post, "/api/users/ada/follow"),
                (.delete, "/api/users/ada/follow"), (.post, "/api/auth/logout"),
            ] as [(HTTPRequest.Method, String)] {
                let response = try await visitor(site).send(method, path)
                #expect(response.status == .unauthorized, "\(method) \(path)")
                #expect(response.headers[.wwwAuthenticate] == "Bearer")
            }
            for header in [
                "Bearer wrong", "Basic YTpi", "Bearer", "Bearer \(String(repeating: "x", count: 300))",
            ] {
                let response = try await visitor(site).send(
                    .get, "/api/users/ada", headers: [.authorization: header])
                #expect(response.status == .unauthorized)
            }
            let account = try await site.test.community.accounts.find(username: "ada")
            let reading = try await site.test.community.credentials.issue(
                .token, to: account, scopes: .read, name: "")
            let reader = APIClient(site: site, token: reading.secret.text)
            #expect(try await reader.send(.get, "/api/me").status == .ok)
            #expect(try await reader.send(.post, "/api/posts/\(post.id)/like").status == .forbidden)
        }
    }

    @Test(arguments: [
        "/api/posts/5", "/api/posts/x", "/api/users/nobody", "/api/users/nobody/posts", "/api/nowhere",
        "/api/posts/5/comments",
        "/media/ab/cd/1.jpg", "/media/aa/aa000000000000000000000000000000/1.jpg",
    ])
    func `a visitor gets 404 for anything that does not exist`(_ path: String) async throws {
        try await TestSite.with { site in
            let response = try await visitor(site).send(.get, path)
            #expect(response.status == .notFound)
        }
    }

    @Test func `a visitor gets a different error for each kind of invalid body`() async throws {
        try await TestSite.with { site in
            let client = visitor(site)
            #expect(try await client.send(.post, "/api/auth/login", json: "{").status == .badRequest)
            #expect(
                try await client.send(.post, "/api/auth/login", json: #"{"login": 1}"#).fieldErrors.first?[
                    "field"]
                    == "login")
            #expect(
                try await client.send(.post, "/api/auth/login", json: #"{"login": "a"}"#).fieldErrors.first?[
                    "field"] == "password")
            let plain = try await client.send(
                .post, "/api/auth/login", headers: [.contentType: "text/plain"], body: ByteBuffer(string: "x")
            )
            #expect(plain.status == .unsupportedMediaType)
            let large = try await client.send(
                .post, "/api/auth/login", json: String(repeating: " ", count: 300_000))
            #expect(large.status == .contentTooLarge)
            let wrong = try await client.send(
                .post, "/api/auth/login", json: #"{"login": "a", "password": "b"}"#)
            #expect(wrong.status == .unauthorized)
            _ = try await site.apiClient("ada")
            let again = try await client.send(
                .post, "/api/auth/register",
                json: """
                    {"email": "x@y.zz", "fullName": "", "username": "ada", \
                    "password": "\(TestCommunity.password)"}
                    """)
            #expect(again.status == .conflict && again.fieldErrors.first?["field"] == "username")
        }
    }

    @Test func `Ada requests part of a photo, or revalidates the copy that she has`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            _ = try await ada.post()
            let url = "/media/" + (try #require(site.test.storedFiles.first { $0.hasSuffix("thumb.jpg") }))
            for round in 0..<2 {
                let whole = try await ada.send(.get, url)
                let size = try #require(whole.headers[.contentLength].flatMap { Int($0) })
                let tag = try #require(whole.headers[.eTag])
                #expect(whole.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
                let part = try await ada.send(.get, url, headers: [.range: "bytes=0-9"])
                #expect(
                    part.status == .partialContent && part.headers[.contentRange] == "bytes 0-9/\(size)",
                    "\(round)")
                #expect(
                    try await ada.send(.get, url, headers: [.range: "bytes=\(size)-"]).status
                        == .rangeNotSatisfiable)
                #expect(
                    try await ada.send(.get, url, headers: [.range: "bytes=0-9", .ifRange: #""other""#])
                        .status == .ok)
                #expect(try await ada.send(.get, url, headers: [.ifNoneMatch: tag]).status == .notModified)
                #expect(try await ada.send(.head, url).status == .ok)
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `health checks report whether the process is alive and ready`() async throws {
        try await TestSite.with { site in
            #expect(try await visitor(site).send(.get, "/livez").text == "alive\n")
            // The check has a timeout of three seconds, which may be too short on a busy machine.
            while try await visitor(site).send(.get, "/readyz").text != "ready\n" {
                site.test.time.advance(by: 1000)
            }
            try FileManager.default.removeItem(atPath: site.test.folder + "/media/.incoming")
            #expect(
                try await visitor(site).send(.get, "/readyz").text == "ready\n",
                "the last result is still cached")
            site.test.time.advance(by: 5000)
            #expect(try await visitor(site).send(.get, "/readyz").status == .serviceUnavailable)
            #expect(try await visitor(site).send(.get, "/livez").status == .ok)
        }
    }
}
