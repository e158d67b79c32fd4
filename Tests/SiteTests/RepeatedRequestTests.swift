import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

/// Forms and requests that are sent twice.
struct RepeatedRequestTests {
    /// The hidden key of the form on a page.
    private func key(in page: String) throws -> String {
        let field = try #require(page.firstRange(of: #"name="key" value=""#))
        return String(page[field.upperBound...].prefix { $0 != "\"" })
    }

    @Test func `Ada presses “Post” twice in a browser without JavaScript, and posts once`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            let key = try key(in: try await ada.open("/create").text)
            let parts: [Multipart.Part] = [
                .file("image", try Fixtures.bytes("cat.jpg")), .text("caption", "a cat"), .text("key", key),
            ]
            let first = try await ada.upload("/create", parts)
            let second = try await ada.upload("/create", parts)
            let path = try #require(first.headers[.location])
            #expect(first.status == .seeOther && second.headers[.location] == path)
            let commentKey = try self.key(in: try await ada.open(path).text)
            #expect(commentKey != key)
            for _ in 0..<2 {
                _ = try await ada.submit("\(path)/comments", ["text": "purr", "key": commentKey])
            }
            // Another text in the same form is another comment.
            _ = try await ada.submit("\(path)/comments", ["text": "miaow", "key": commentKey])
            let page = try await ada.open(path).text
            #expect(page.components(separatedBy: "purr<").count == 2 && page.contains("miaow"))
        }
    }

    @Test func `another photo in the same form is another post`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            let key = try key(in: try await ada.open("/create").text)
            var paths: [String] = []
            for name in ["cat.jpg", "coffee.jpg"] {
                let posted = try await ada.upload(
                    "/create", [.file("image", try Fixtures.bytes(name)), .text("key", key)])
                paths.append(try #require(posted.headers[.location]))
            }
            #expect(paths[0] != paths[1])
        }
    }

    @Test func `another photo under the same key of a program is refused, so that it is not lost`()
        async throws
    {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            for (path, field) in [("/api/media", "file"), ("/api/posts", "image")] {
                var statuses: [HTTPResponse.Status] = []
                for photo in ["cat.jpg", "coffee.jpg", "cat.jpg"] {
                    let body = Multipart.body([.file(field, try Fixtures.bytes(photo))])
                    let response = try await ada.send(
                        .post, path, headers: [name: "one", .contentType: Multipart.contentType], body: body)
                    statuses.append(response.status)
                }
                #expect(statuses == [.created, .unprocessableContent, .created], "\(path)")
            }
        }
    }

    @Test func `the form of a new token that is sent twice makes one token`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            let key = try key(in: try await ada.open("/settings/tokens").text)
            let fields = ["name": "app", "scopes": "read", "key": key]
            let first = try await ada.submit("/settings/tokens", fields)
            let second = try await ada.submit("/settings/tokens", fields)
            #expect(first.status == .ok && second.status == .conflict)
            #expect(second.text.contains("This token was already created"))
            let page = try await ada.open("/settings/tokens").text
            #expect(page.components(separatedBy: ">Revoke<").count == 2)
        }
    }

    @Test func `a repeated request for an upload URL has the same URL while it is valid`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            func request(_ bytes: Int) async throws -> SiteResponse {
                try await ada.send(
                    .post, "/api/uploads/presigned-url", json: #"{"byteCount": \#(bytes)}"#,
                    headers: [name: "one"])
            }
            let (first, second) = (try await request(100), try await request(100))
            #expect(first.status == .created && second.status == .created && first.text == second.text)
            #expect(try await request(101).status == .unprocessableContent)
            site.test.time.advance(by: 5 * 60 * 1000)
            let late = try await request(100)
            #expect(late.status == .conflict && late.text.contains("no longer valid"))
        }
    }

    @Test func `a repeated registration signs in to the account that it made`() async throws {
        try await TestSite.with { site in
            let visitor = APIClient(site: site, token: nil)
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            func register(
                _ key: String?, email: String = "ada@example.org", password: String = "difference engine"
            ) async throws -> SiteResponse {
                let json = """
                    {"email": "\(email)", "fullName": "", "username": "ada", "password": "\(password)"}
                    """
                return try await visitor.send(
                    .post, "/api/auth/register", json: json, headers: key.map { [name: $0] } ?? [:])
            }
            let (first, second) = (try await register("one"), try await register("one"))
            #expect(first.status == .created && second.status == .created, "\(second.text)")
            let tokens = try [first, second].map { try #require($0.json["token"] as? String) }
            #expect(tokens[0] != tokens[1])
            for token in tokens {
                let own = try await APIClient(site: site, token: token).send(.get, "/api/me")
                #expect(own.json["username"] as? String == "ada")
            }
            for key in [nil, "two"] { #expect(try await register(key).status == .conflict) }
            #expect(try await register("one", password: "analytical engine").status == .unauthorized)
            #expect(try await register("one", email: "eve@example.org").status == .unprocessableContent)
        }
    }

    @Test func `a program repeats requests with a key, and makes everything once`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            let photo = [Multipart.Part.file("file", try Fixtures.bytes("cat.jpg"))]
            func twice(
                _ path: String, _ key: String, json: String? = nil, _ parts: [Multipart.Part] = []
            ) async throws -> [String?] {
                var ids: [String?] = []
                for value in [key, "\"\(key)\""] {
                    let headers: HTTPFields =
                        json == nil
                        ? [name: value, .contentType: Multipart.contentType] : [name: value]
                    let response = try await ada.send(
                        .post, path, json: json, headers: headers,
                        body: json == nil ? Multipart.body(parts) : nil)
                    #expect(response.status == .created, "\(response.text)")
                    ids.append(response.json["id"] as? String)
                }
                return ids
            }
            let media = try await twice("/api/media", "one", photo)
            let id = try #require(media[0])
            #expect(media == [id, id])
            let posts = try await twice("/api/posts", "one", json: #"{"mediaIds": ["\#(id)"]}"#)
            let post = try #require(posts[0])
            #expect(posts == [post, post])
            let comments = try await twice(
                "/api/posts/\(post)/comments", "one", json: #"{"text": "purr"}"#)
            #expect(comments[0] != nil && comments[0] == comments[1])
            let other = try await ada.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "miaow"}"#, headers: [name: "one"])
            #expect(other.status == .unprocessableContent)
            let token = #"{"name": "app", "scopes": ["read"]}"#
            let created = try await ada.send(.post, "/api/me/tokens", json: token, headers: [name: "t"])
            let again = try await ada.send(.post, "/api/me/tokens", json: token, headers: [name: "t"])
            #expect(created.status == .created && again.status == .conflict)
            let invalid = try await ada.send(
                .post, "/api/posts/\(post)/comments", json: #"{"text": "x"}"#, headers: [name: "a b"])
            #expect(invalid.status == .badRequest)
        }
    }
}
