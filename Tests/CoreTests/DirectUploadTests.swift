import Core
import Foundation
import MediaStorage
import Storage
import TestSupport
import Testing

@testable import Core

struct DirectUploadTests {
    private func request(_ bytes: Int, _ type: String = "image/jpeg", altText: String = "") -> UploadRequest {
        UploadRequest(contentType: type, byteCount: Int64(bytes), altText: altText)
    }

    /// Requests an offer and uploads a file to the site itself.
    private func upload(_ bytes: Data, by viewer: Viewer, in test: TestCommunity, altText: String = "")
        async throws -> ID<Photo>
    {
        let offer = try await test.community.directUploads.offer(
            request(bytes.count, altText: altText), to: viewer)
        let path = test.uploads.newPath()
        try bytes.write(to: URL(fileURLWithPath: path))
        try await test.community.directUploads.receive(path, byteCount: bytes.count, as: offer.name)
        return offer.id
    }

    @Test(arguments: [false, true])
    func `a direct upload is posted under the id of its offer`(_ usesBucket: Bool)
        async throws
    {
        let cat = try Data(contentsOf: URL(fileURLWithPath: Fixtures.photo("cat.jpg")))
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            let photo = try await upload(cat, by: ada, in: test, altText: " a cat ")
            #expect(try await test.community.media.uploads().count == 1)
            let post = try await test.community.posts.publish(
                PostDraft(caption: "x", photos: .added([photo])), by: ada)
            #expect(post.photos.map(\.id) == [photo] && post.photos.map(\.altText) == ["a cat"])
            try await test.settle()
            #expect(try await test.community.media.uploads() == [])
            let prefix = try #require(MediaPrefix(post.photos[0].files))
            let key = try #require(MediaKey(prefix: prefix.description, name: "thumb.jpg"))
            #expect(try await test.community.media.byteCount(of: key) ?? 0 > 0)
            // It can be posted only once.
            let again = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo])), by: ada)
            }
            #expect(again?.fields.map(\.field) == ["mediaIds"])
            try await test.community.posts.delete(post.id, by: ada)
            try await test.settle()
            #expect(try await test.community.media.byteCount(of: key) == nil)
        }
    }

    @Test func `an upload that is not a photo is rejected and leaves no files`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let photo = try await upload(Data("<script>".utf8), by: ada, in: test)
            let rejection = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo])), by: ada)
            }
            #expect(rejection?.kind == .unsupported)
            try await test.settle()
            #expect(test.storedFiles == [] && Fixtures.files(below: test.uploads.path) == [])
            #expect(try await test.storage.read { try $0.int("SELECT count(*) FROM direct_uploads") } == 0)
        }
    }

    @Test func `only the member who requested an offer can post its photo, and only after the upload`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let cat = try Data(contentsOf: URL(fileURLWithPath: Fixtures.photo("cat.jpg")))
            let photo = try await upload(cat, by: ada, in: test)
            let stolen = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo])), by: ben)
            }
            #expect(stolen?.fields.map(\.field) == ["mediaIds"])
            let offer = try await test.community.directUploads.offer(request(5), to: ada)
            let early = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo, offer.id])), by: ada)
            }
            #expect(early?.detail.contains("Photo 2 has not been uploaded") == true)
            // The first photo was processed, and is still ready to be posted.
            let post = try await test.community.posts.publish(
                PostDraft(caption: "", photos: .added([photo])), by: ada)
            #expect(post.photos.count == 1)
        }
    }

    @Test func `an offer is for one size and five minutes`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let offer = try await test.community.directUploads.offer(request(5, "IMAGE/PNG"), to: ada)
            #expect(offer.form == nil && offer.expiresAt == test.time.clock.now() + 300_000)
            let uploads = test.community.directUploads
            let size = await problem {
                try await uploads.receive("/nonexistent", byteCount: 6, as: offer.name)
            }
            #expect(size?.fields.map(\.field) == ["file"])
            let unknown = await problem {
                try await uploads.receive("/nonexistent", byteCount: 5, as: .random())
            }
            #expect(unknown?.kind == .notFound)
            test.time.advance(by: 300_000)
            let late = await problem {
                try await uploads.receive("/nonexistent", byteCount: 5, as: offer.name)
            }
            #expect(late?.kind == .notFound)
        }
    }

    @Test(arguments: [
        "image/jpg", "IMAGE/JPEG", "image/heic-sequence", "image/avif-sequence", "application/octet-stream",
    ])
    func `an upload may have an unusual type, because its content decides its format`(type: String)
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let offer = try await test.community.directUploads.offer(request(5, type), to: ada)
            #expect(offer.id.value > 0)
        }
    }

    @Test func `requests for uploads are validated`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let uploads = test.community.directUploads
            for (invalid, field) in [
                (request(0), "byteCount"), (request(25_000_001), "byteCount"),
                (request(5, "image/svg+xml"), "contentType"),
                (request(5, altText: String(repeating: "a", count: 1001)), "altText"),
            ] {
                #expect(
                    await problem { try await uploads.offer(invalid, to: ada) }?.fields.map(\.field) == [
                        field
                    ])
            }
            for _ in 0..<DirectUploads.limit { _ = try await uploads.offer(request(25_000_000), to: ada) }
            #expect(
                await problem { try await uploads.offer(request(5), to: ada) }?.kind
                    == .tooMany(retryAfter: 300)
            )
        }
    }

    @Test func `only active offers count, and the client can retry when the first of them expires`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, uploads) = (try await test.member("ada"), test.community.directUploads)
            let first = try await uploads.offer(request(5), to: ada)
            test.time.advance(by: 60_500)
            for _ in 1..<DirectUploads.limit { _ = try await uploads.offer(request(5), to: ada) }
            #expect(
                await problem { try await uploads.offer(request(5), to: ada) }?.kind
                    == .tooMany(retryAfter: 240)
            )
            // Taking an offer back allows the next one at once.
            try await test.community.photos.deleteUnposted(first.id, by: ada)
            _ = try await uploads.offer(request(5), to: ada)
            #expect(
                await problem { try await uploads.offer(request(5), to: ada) }?.kind
                    == .tooMany(retryAfter: 300)
            )
            test.time.advance(by: DirectUploads.offerLifetime)
            _ = try await uploads.offer(request(5), to: ada)
        }
    }

    @Test func `the number of kept uploads of one account is bounded, and the oldest is removed first`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let others = try await upload(Data("other".utf8), by: ben, in: test)
            var uploaded: [ID<Photo>] = []
            for number in 0..<DirectUploads.keptLimit + 5 {
                if number % DirectUploads.limit == 0 { test.time.advance(by: DirectUploads.offerLifetime) }
                test.time.advance(by: 1)
                uploaded.append(try await upload(Data("bytes".utf8), by: ada, in: test))
            }
            test.time.advance(by: DirectUploads.offerLifetime + 60_001)
            try await test.settle()
            #expect(try await test.community.media.uploads().count == DirectUploads.keptLimit + 1)
            let left = try await test.storage.read { connection -> [ID<Photo>] in
                try connection.rows("SELECT id FROM direct_uploads") { $0.id() }
            }
            #expect(Set(left) == Set(uploaded.dropFirst(5) + [others]))
        }
    }

    @Test func `uploads that nobody posted are removed after a day, also from a bucket`() async throws {
        try await TestCommunity.with(usesBucket: true) { test in
            let ada = try await test.member("ada")
            _ = try await upload(Data("bytes".utf8), by: ada, in: test)
            let path = test.uploads.newPath()
            try Data("stray".utf8).write(to: URL(fileURLWithPath: path))
            try await test.community.media.storeUpload(path, as: .random())
            // A file without an offer is not removed at once, because the database may be older than the
            // file.
            #expect(try await test.community.maintenance.run().waitingPhotos == 0)
            try await test.settle()
            #expect(try await test.community.media.uploads().count == 2)
            test.time.advance(by: Maintenance.waitingPhotoLifetime + 1)
            #expect(try await test.community.maintenance.run().waitingPhotos == 1)
            try await test.settle()
            #expect(try await test.community.media.uploads() == [])
        }
    }
}
