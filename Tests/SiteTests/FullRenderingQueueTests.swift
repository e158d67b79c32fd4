import Core
import Foundation
import HTTPTypes
import Imaging
import MediaStorage
import TestSupport
import Testing
import Web

/// What people see when the queue for rendering photos is full.
struct FullRenderingQueueTests {
    /// Returns a photo processor whose queue has the given limits, in total and for one account.
    private func processor(posts: Int = 100, maxPostsPerAccount: Int = 10) -> PhotoProcessor {
        PhotoProcessor(
            executable: "/nonexistent", arguments: [], posts: posts, maxPostsPerAccount: maxPostsPerAccount)
    }

    /// The upload folder accepts no files here, so every other error shows that no file was created before.
    @Test func `no file is created for a visitor, or for a request over a rate limit`() async throws {
        var none = UploadLimits()
        none.files = 0
        var limits = RateLimits()
        limits[.uploads] = RateLimit(count: 2, seconds: 3600)
        limits[.posts] = RateLimit(count: 1, seconds: 3600)
        try await TestSite.with(limits: limits, uploadLimits: none) { site in
            let cat = try Fixtures.bytes("cat.jpg")
            let ada = try await site.apiClient("ada")
            let visitor = APIClient(site: site, token: nil)
            for (path, field, method) in [
                ("/api/posts", "image", .post), ("/api/media", "file", .post),
                ("/api/profile/picture", "image", .put),
            ] as [(String, String, HTTPRequest.Method)] {
                let refused = try await visitor.upload(path, [.file(field, cat)], method: method)
                #expect(refused.status == .unauthorized)
            }
            for path in ["/create", "/settings/profile/picture"] {
                #expect(
                    try await Browser(site: site).upload(path, [.file("image", cat)]).status == .unauthorized)
            }
            for (path, field) in [("/api/posts", "image"), ("/api/media", "file")] {
                let first = try await ada.upload(path, [.file(field, cat)])
                #expect(first.status == .serviceUnavailable && first.headers[.retryAfter] == "30")
                let second = try await ada.upload(path, [.file(field, cat)])
                #expect(second.status == .tooManyRequests && second.text.contains("minutes"))
            }
        }
    }

    @Test func `an API client with too many waiting posts gets 429 and Retry-After`() async throws {
        try await TestSite.with(processor: processor(maxPostsPerAccount: 0)) { site in
            let ada = try await site.apiClient("ada")
            let cat = try Fixtures.bytes("cat.jpg")
            let response = try await ada.upload("/api/posts", [.file("image", cat)])
            #expect(response.status == .tooManyRequests && response.headers[.retryAfter] == "10")
            #expect(response.fieldErrors.first?["message"] == ImagingError.tooManyWaiting.message)
            #expect(try await ada.upload("/api/media", [.file("file", cat)]).status == .tooManyRequests)
            #expect(site.test.storedFiles == [] && Fixtures.files(below: site.test.uploads.path) == [])
        }
    }

    @Test func `Ada gets 503 when the queue is full, and her direct upload stays`() async throws {
        try await TestSite.with(processor: processor(posts: 0)) { site in
            let ada = try await site.apiClient("ada")
            let cat = try Fixtures.bytes("cat.jpg")
            let response = try await ada.upload("/api/posts", [.file("image", cat)])
            #expect(response.status == .serviceUnavailable && response.headers[.retryAfter] == "5")
            // A direct upload stays until it can be posted.
            let request = #"{"contentType": "image/jpeg", "byteCount": \#(cat.count)}"#
            let offer = try await ada.send(.post, "/api/uploads/presigned-url", json: request)
            let path = try #require((offer.json["url"] as? String)?.dropFirst("http://localhost".count))
            #expect(try await ada.upload(String(path), [.file("file", cat)]).status == .noContent)
            let id = try #require(offer.json["mediaId"] as? String)
            let post = try await ada.send(.post, "/api/posts", json: #"{"mediaIds": ["\#(id)"]}"#)
            #expect(post.status == .serviceUnavailable)
            #expect(try await site.test.community.media.uploads().count == 1)
        }
    }

    @Test func `a browser with too many waiting posts gets a page with 429 and Retry-After`() async throws {
        try await TestSite.with(processor: processor(maxPostsPerAccount: 0)) { site in
            let ada = Browser(site: site)
            try await ada.register("ada")
            let cat = try Fixtures.bytes("cat.jpg")
            let post = try await ada.upload("/create", [.file("image", cat)])
            #expect(post.status == .tooManyRequests && post.headers[.retryAfter] == "10")
            #expect(post.text.contains(ImagingError.tooManyWaiting.message.prefix(20)))
            let picture = try await ada.upload("/settings/profile/picture", [.file("image", cat)])
            #expect(picture.status == .tooManyRequests && picture.headers[.retryAfter] == "10")
        }
    }
}
