import HTTPTypes
import NIOCore
import TestSupport
import Testing

/// Photos in the API: posts with photos, uploads, and the files.
struct PhotoAPITests {
    private func visitor(of site: TestSite) -> APIClient { APIClient(site: site, token: nil) }

    /// Posts two photos with all fields.
    private func post(by ada: APIClient) async throws -> SiteResponse {
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
        return response
    }

    /// The path of the first photo of a post.
    private func photoPath(of post: SiteResponse) throws -> String {
        try #require(post.json["imageUrl"] as? String).replacing("http://localhost", with: "")
    }

    @Test func `Ada posts photos and gets a post with the documented fields`() async throws {
        try await TestSite.with { site in
            let response = try await post(by: try await site.apiClient("ada"))
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
            #expect(try await visitor(of: site).send(.get, "/api/posts/\(id)").json["id"] as? String == id)
        }
    }

    @Test func `a visitor gets a photo that caches may keep forever`() async throws {
        try await TestSite.with { site in
            let url = try photoPath(of: try await post(by: try await site.apiClient("ada")))
            let photo = try await visitor(of: site).send(.get, url)
            #expect(photo.status == .ok && photo.headers[.contentType] == "image/jpeg")
            #expect(photo.headers[.cacheControl] == "public, max-age=31536000, immutable")
        }
    }

    @Test func `Ada deletes a post, and its photos are removed`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let response = try await post(by: ada)
            let id = try #require(response.json["id"] as? String)
            let url = try photoPath(of: response)
            #expect(try await visitor(of: site).send(.get, url).status == .ok)
            #expect(try await ada.send(.delete, "/api/posts/\(id)").status == .noContent)
            #expect(try await ada.send(.get, "/api/posts/\(id)").status == .notFound)
            #expect(
                try await visitor(of: site).send(.get, url).status == .notFound, "not even from the cache")
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
}
