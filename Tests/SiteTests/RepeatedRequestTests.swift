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
