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

    @Test func `Ada registers and gets an account with the documented fields`() async throws {
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
        }
    }

    @Test func `Ada signs in for a new token, which no longer works when she has signed out`() async throws {
        try await TestSite.with { site in
            _ = try await site.apiClient("ada")
            let login = try await visitor(site).send(
                .post, "/api/auth/login",
                json: #"{"login": "ada", "password": "\#(TestCommunity.password)"}"#)
            #expect(Set(login.json.keys) == ["user", "token", "expiresAt"] && login.status == .ok)
            let again = APIClient(site: site, token: try #require(login.json["token"] as? String))
            #expect(try await again.send(.post, "/api/auth/logout").status == .noContent)
            #expect(try await again.send(.get, "/api/me").status == .unauthorized)
        }
    }

    /// Ada with a post, whose id is returned, and Grace, who follows her.
    private func adaAndFollower(
        on site: TestSite
    ) async throws -> (ada: APIClient, grace: APIClient, post: String) {
        let (ada, grace) = (try await site.apiClient("ada"), try await site.apiClient("grace"))
        let post = try await ada.post()
        _ = try await grace.send(.post, "/api/users/ada/follow")
        return (ada, grace, post.id)
    }

    @Test func `Grace follows Ada and sees her post in the feed`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let grace = try await site.apiClient("grace")
            let post = try await ada.post()
            #expect(try await grace.send(.get, "/api/posts").items.isEmpty)
            #expect(try await grace.send(.post, "/api/users/ada/follow").status == .noContent)
            let feed = try await grace.send(.get, "/api/posts")
            #expect(feed.items.map { $0["id"] as? String } == [post.id] && feed.json["nextCursor"] is NSNull)
        }
    }

    @Test func `Grace stops following Ada, and her feed is empty`() async throws {
        try await TestSite.with { site in
            let (_, grace, _) = try await adaAndFollower(on: site)
            #expect(try await grace.send(.delete, "/api/users/ada/follow").status == .noContent)
            #expect(try await grace.send(.get, "/api/posts").items.isEmpty)
        }
    }

    @Test func `a profile shows the relationship between Grace and Ada`() async throws {
        try await TestSite.with { site in
            let (_, grace, _) = try await adaAndFollower(on: site)
            let relationship =
                try await grace.send(.get, "/api/users/ada").json["relationship"] as? [String: Bool]
            #expect(
                relationship == [
                    "following": true, "requested": false, "followedBy": false, "requestedBy": false,
                    "blocking": false,
                    "muting": false,
                ])
        }
    }

    @Test func `the lists of a profile show who follows whom`() async throws {
        try await TestSite.with { site in
            let (ada, _, _) = try await adaAndFollower(on: site)
            #expect(
                try await ada.send(.get, "/api/users/ada/followers").items.first?["username"] as? String
                    == "grace")
            #expect(
                try await ada.send(.get, "/api/users/grace/following").items.first?["username"] as? String
                    == "ada")
        }
    }

    @Test func `a profile lists Ada's posts`() async throws {
        try await TestSite.with { site in
            let (ada, _, _) = try await adaAndFollower(on: site)
            #expect(try await ada.send(.get, "/api/users/ada/posts").items.count == 1)
        }
    }

    @Test func `Grace cannot delete Ada's post`() async throws {
        try await TestSite.with { site in
            let (_, grace, post) = try await adaAndFollower(on: site)
            #expect(try await grace.send(.delete, "/api/posts/\(post)").status == .forbidden)
        }
    }

    @Test func `Grace likes a post and takes the like back`() async throws {
        try await TestSite.with { site in
            let (_, grace, post) = try await adaAndFollower(on: site)
            #expect(try await grace.send(.post, "/api/posts/\(post)/like").status == .noContent)
            #expect(try await grace.send(.get, "/api/posts/\(post)").json["likedByMe"] as? Bool == true)
            #expect(try await grace.send(.delete, "/api/posts/\(post)/like").status == .noContent)
        }
    }

    @Test func `Grace writes a comment, which Ada deletes from her post`() async throws {
        try await TestSite.with { site in
            let (ada, grace, post) = try await adaAndFollower(on: site)
            let good = try await grace.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "lovely"}"#)
            #expect(
                Set(good.json.keys) == [
                    "id", "postId", "authorId", "author", "text", "replyToId", "likesCount", "likedByMe",
                    "createdAt",
                ])
            #expect(try await visitor(site).send(.get, "/api/posts/\(post)/comments").items.count == 1)
            let id = try #require(good.json["id"] as? String)
            #expect(try await ada.send(.delete, "/api/comments/\(id)").status == .noContent)
        }
    }

    @Test func `a comment of nothing but control characters is rejected, and others lose theirs`()
        async throws
    {
        try await TestSite.with { site in
            let (_, grace, post) = try await adaAndFollower(on: site)
            let comment = try await grace.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "\u0007\t"}"#)
            #expect(comment.status == .unprocessableContent)
            #expect(try await visitor(site).send(.get, "/api/posts/\(post)/comments").items.isEmpty)
            let plain = try await grace.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "love\u0007ly\r\n"}"#)
            #expect(plain.json["text"] as? String == "lovely")
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
