import Core
import Foundation
import MediaStorage
import Storage
import TestSupport
import Testing

@testable import Core

struct DirectUploadTests {
    private func wish(_ bytes: Int, _ type: String = "image/jpeg", altText: String = "") -> UploadRequest {
        UploadRequest(contentType: type, byteCount: Int64(bytes), altText: altText)
    }

    /// Asks for a place and brings a file to it, as the site itself takes it.
    private func bring(_ bytes: Data, by viewer: Viewer, in test: TestCommunity, altText: String = "")
        async throws -> ID<Photo>
    {
        let offer = try await test.community.directUploads.offer(
            wish(bytes.count, altText: altText), to: viewer)
        let path = test.uploads.newPath()
        try bytes.write(to: URL(fileURLWithPath: path))
        try await test.community.directUploads.receive(path, byteCount: bytes.count, as: offer.name)
        return offer.id
    }

    @Test(arguments: [false, true])
    func `a photo that went its own way is posted under the id it was promised`(_ isInBucket: Bool)
        async throws
    {
        let cat = try Data(contentsOf: URL(fileURLWithPath: Fixtures.photo("cat.jpg")))
        try await TestCommunity.with(isInBucket: isInBucket) { test in
            let ada = try await test.member("ada")
            let photo = try await bring(cat, by: ada, in: test, altText: " a cat ")
            #expect(try await test.community.media.uploads().count == 1)
            let post = try await test.community.posts.publish(
                PostDraft(caption: "x", photos: .added([photo])), by: ada)
            #expect(post.photos.map(\.id) == [photo] && post.photos.map(\.altText) == ["a cat"])
            try await test.settle()
            #expect(try await test.community.media.uploads() == [])
            let prefix = try #require(MediaPrefix(post.photos[0].files))
            let key = try #require(MediaKey(prefix: prefix.description, name: "thumb.jpg"))
            #expect(try await test.community.media.byteCount(of: key) ?? 0 > 0)
            // Once only.
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

    @Test func `what is no photo is refused and leaves nothing`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let photo = try await bring(Data("<script>".utf8), by: ada, in: test)
            let refusal = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo])), by: ada)
            }
            #expect(refusal?.kind == .unsupported)
            try await test.settle()
            #expect(test.keptFiles == [] && Fixtures.files(below: test.uploads.path) == [])
            #expect(try await test.storage.read { try $0.int("SELECT count(*) FROM direct_uploads") } == 0)
        }
    }

    @Test func `only who asked may post it, and only when it has arrived`() async throws {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let cat = try Data(contentsOf: URL(fileURLWithPath: Fixtures.photo("cat.jpg")))
            let photo = try await bring(cat, by: ada, in: test)
            let stolen = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo])), by: ben)
            }
            #expect(stolen?.fields.map(\.field) == ["mediaIds"])
            let offer = try await test.community.directUploads.offer(wish(5), to: ada)
            let early = await problem {
                try await test.community.posts.publish(
                    PostDraft(caption: "", photos: .added([photo, offer.id])), by: ada)
            }
            #expect(early?.detail.contains("Photo 2 has not arrived") == true)
            // The first of them was developed, and waits.
            let post = try await test.community.posts.publish(
                PostDraft(caption: "", photos: .added([photo])), by: ada)
            #expect(post.photos.count == 1)
        }
    }

    @Test func `a place is for one size and five minutes`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let offer = try await test.community.directUploads.offer(wish(5, "IMAGE/PNG"), to: ada)
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

    @Test func `wishes are held against their limits`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let uploads = test.community.directUploads
            for (wish, field) in [
                (wish(0), "byteCount"), (wish(25_000_001), "byteCount"),
                (wish(5, "image/svg+xml"), "contentType"),
                (wish(5, altText: String(repeating: "a", count: 1001)), "altText"),
            ] {
                #expect(
                    await problem { try await uploads.offer(wish, to: ada) }?.fields.map(\.field) == [field])
            }
            for _ in 0..<DirectUploads.limit { _ = try await uploads.offer(wish(25_000_000), to: ada) }
            #expect(
                await problem { try await uploads.offer(wish(5), to: ada) }?.kind == .tooMany(retryAfter: 300)
            )
        }
    }

    @Test func `only offers that are still good count, and the wait is until the first of them ends`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, uploads) = (try await test.member("ada"), test.community.directUploads)
            let first = try await uploads.offer(wish(5), to: ada)
            test.time.advance(by: 60_500)
            for _ in 1..<DirectUploads.limit { _ = try await uploads.offer(wish(5), to: ada) }
            #expect(
                await problem { try await uploads.offer(wish(5), to: ada) }?.kind == .tooMany(retryAfter: 240)
            )
            // Taking one back makes room at once.
            try await test.community.photos.takeBack(first.id, by: ada)
            _ = try await uploads.offer(wish(5), to: ada)
            #expect(
                await problem { try await uploads.offer(wish(5), to: ada) }?.kind == .tooMany(retryAfter: 300)
            )
            test.time.advance(by: DirectUploads.offerLifetime)
            _ = try await uploads.offer(wish(5), to: ada)
        }
    }

    @Test func `what is set aside for one account has a bound: the oldest goes first`() async throws {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let others = try await bring(Data("other".utf8), by: ben, in: test)
            var brought: [ID<Photo>] = []
            for number in 0..<DirectUploads.mostKept + 5 {
                if number % DirectUploads.limit == 0 { test.time.advance(by: DirectUploads.offerLifetime) }
                test.time.advance(by: 1)
                brought.append(try await bring(Data("bytes".utf8), by: ada, in: test))
            }
            test.time.advance(by: DirectUploads.offerLifetime + 60_001)
            try await test.settle()
            #expect(try await test.community.media.uploads().count == DirectUploads.mostKept + 1)
            let left = try await test.storage.read { connection -> [ID<Photo>] in
                try connection.rows("SELECT id FROM direct_uploads") { $0.id() }
            }
            #expect(Set(left) == Set(brought.dropFirst(5) + [others]))
        }
    }

    @Test func `what nobody posted goes after a day, in a bucket too`() async throws {
        try await TestCommunity.with(isInBucket: true) { test in
            let ada = try await test.member("ada")
            _ = try await bring(Data("bytes".utf8), by: ada, in: test)
            let path = test.uploads.newPath()
            try Data("stray".utf8).write(to: URL(fileURLWithPath: path))
            try await test.community.media.setAside(path, as: .random())
            // A file that no offer names is not removed at once: the records may be older than it.
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
