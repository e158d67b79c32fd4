import Core
import Foundation
import MediaStorage
import Storage
import TestSupport
import Testing

@testable import Core

/// Tests of the files of deleted photos: a deletion does not wait until they are removed, and they are not
/// served meanwhile.
struct PhotoRemovalTests {
    /// Runs `body` with a community whose media storage can become unavailable.
    private func with(
        usesBucket: Bool = false,
        _ body: (TestCommunity, Community, FaultInjectingMediaStorage) async throws -> Void
    ) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let media = FaultInjectingMediaStorage(test.community.media)
            let community = test.community(media: media)
            try await body(test, community, media)
            await community.close()
        }
    }

    private func publish(_ community: Community, _ test: TestCommunity, by viewer: Viewer) async throws
        -> Post
    {
        try await community.posts.publish(
            PostDraft(caption: "", photos: .uploads([try test.upload()])), by: viewer)
    }

    private func keptPhotos(_ media: FaultInjectingMediaStorage) async throws -> Set<String> {
        var found: Set<String> = []
        for folder in try await media.folders() {
            found.formUnion(try await media.prefixes(in: folder).map(\.description))
        }
        return found
    }

    @Test(arguments: [false, true])
    func `deleting succeeds while the media storage is unavailable, and the files are removed later`(
        _ usesBucket: Bool
    ) async throws {
        try await with(usesBucket: usesBucket) { test, community, media in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let post = try await publish(community, test, by: ada)
            let other = try await publish(community, test, by: ben)
            let kept = try await publish(community, test, by: ada)
            let picture = try await community.accounts.setPicture(try test.upload(), by: ada).picture
            let added = try await community.photos.add(try test.upload(), by: ada)
            media.setUnavailable(true)
            try await community.posts.delete(post.id, by: ada)
            try await community.accounts.delete(ben.summary)
            _ = try await community.accounts.removePicture(by: ada)
            try await community.photos.deleteUnposted(added.id, by: ada)
            let removed = [post.photos[0].files, other.photos[0].files, try #require(picture), added.files]
            for files in removed { #expect(community.photos.isRemoved(try #require(MediaPrefix(files)))) }
            #expect(!community.photos.isRemoved(try #require(MediaPrefix(kept.photos[0].files))))
            try await community.jobs.runDue()
            let failed = try await community.jobs.all().filter { $0.kind == RemovePhotoFiles.kind }
            #expect(failed.count == 4 && failed.allSatisfy { $0.lastError == "no response from ab/…" })
            // Another instance that starts now does not serve them either.
            let instance = test.community(media: media)
            try await instance.photos.loadRemoved()
            for files in removed { #expect(instance.photos.isRemoved(try #require(MediaPrefix(files)))) }
            await instance.close()
            media.setUnavailable(false)
            #expect(try await keptPhotos(media).isSuperset(of: removed))
            test.time.advance(by: 5000)
            try await community.jobs.runDue()
            #expect(try await keptPhotos(media) == [kept.photos[0].files])
            for files in removed { #expect(!community.photos.isRemoved(try #require(MediaPrefix(files)))) }
            #expect(try await community.jobs.all().allSatisfy { $0.kind != RemovePhotoFiles.kind })
        }
    }

    @Test
    func `an account with 10,000 photos is deleted quickly, and its files in few calls without a listing`()
        async throws
    {
        try await with { test, community, media in
            let ada = try await test.member("ada")
            _ = try await publish(community, test, by: ada)
            try await test.storage.write { connection in
                for number in 0..<10_000 {
                    let digits = String(number + 0x1000_0000, radix: 16)
                    let name = digits + String(repeating: "0", count: 32 - digits.count)
                    let photo = Photo(
                        id: ID(Int64(number) + 1), files: "\(name.prefix(2))/\(name)", fileType: "jpg",
                        width: 4000,
                        height: 3000, altText: "", blurhash: "",
                        renditions: [1440, 1080, 640, 320].map { .init(width: $0, height: $0) })
                    try PhotoRecords.insert(photo, of: ada.id, at: 0, in: connection)
                }
            }
            let counting = CountingStorage(test.storage)
            let counted = test.community(over: counting, media: media)
            let start = ContinuousClock.now
            let count = try await counting.count { try await counted.accounts.delete(ada.summary) }
            print("An account with 10,000 photos was deleted in \(ContinuousClock.now - start)")
            #expect(count.statements < 100)
            #expect(try await community.jobs.all().count { $0.kind == RemovePhotoFiles.kind } == 51)
            try await community.jobs.runDue()
            #expect(media.callCount(of: "deleteKeys") == 51 && media.callCount(of: "deletePrefixes") == 0)
            #expect(media.callCount(of: "prefixes") == 0 && media.callCount(of: "files") == 0)
            #expect(test.storedFiles == [])
            await counted.close()
        }
    }

    @Test func `files of an interrupted upload are removed without knowing their names`() async throws {
        try await with(usesBucket: true) { test, community, media in
            let ada = try await test.member("ada")
            let post = try await publish(community, test, by: ada)
            try await test.storage.write { connection in
                try connection.run("DELETE FROM posts")
                try PhotoRecords.addUnclaimed([post.photos[0].files], at: 0, in: connection)
            }
            media.setUnavailable(true)
            #expect(try await community.photos.releaseUnclaimed() == 1)
            media.setUnavailable(false)
            try await community.jobs.runDue()
            #expect(try await keptPhotos(media) == [])
        }
    }

    @Test func `an instance that removes photos stops serving them, even if it received no event`()
        async throws
    {
        try await with { test, community, media in
            let ada = try await test.member("ada")
            let prefix = try #require(
                MediaPrefix(try await publish(community, test, by: ada).photos[0].files))
            media.setUnavailable(true)
            // As if the instance that deleted the photo had crashed right after the commit.
            _ = try await test.storage.write { connection in
                try connection.run("DELETE FROM photos")
                return try community.photos.enqueueRemoval(
                    of: [PhotoFiles(files: prefix.description, names: nil)], in: connection)
            }
            #expect(!community.photos.isRemoved(prefix))
            try await community.jobs.runDue()
            #expect(community.photos.isRemoved(prefix))
            #expect(try await community.jobs.count() == 1)
        }
    }

    @Test func `a photo whose files are being removed cannot be posted`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            let late = await problem {
                try await test.storage.write {
                    try PhotoRecords.claim(MediaPrefix.random().description, in: $0)
                }
            }
            #expect(late?.kind == .unavailable(retryAfter: 5))
        }
    }

    @Test func `members can delete only their own photos that are not posted`() async throws {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let community = test.community
            let photo = try await community.photos.add(try test.upload(), by: ada)
            let posted = try await test.post(by: ada).photos[0]
            let offer = try await community.directUploads.offer(
                UploadRequest(contentType: "image/png", byteCount: 5, altText: ""), to: ada)
            let path = test.uploads.newPath()
            try Data("bytes".utf8).write(to: URL(fileURLWithPath: path))
            try await community.directUploads.receive(path, byteCount: 5, as: offer.name)
            for id in [photo.id, offer.id] {
                #expect(
                    await problem { try await community.photos.deleteUnposted(id, by: ben) }?.kind
                        == .notFound)
                try await community.photos.deleteUnposted(id, by: ada)
                #expect(
                    await problem { try await community.photos.deleteUnposted(id, by: ada) }?.kind
                        == .notFound)
            }
            #expect(
                await problem { try await community.photos.deleteUnposted(posted.id, by: ada) }?.kind
                    == .notFound)
            try await test.settle()
            #expect(test.storedFiles.filter { !$0.hasPrefix(".aside") }.count == 3, "the files of the post")
            // S3 accepts uploads until the offer expires. They are discarded after that.
            test.time.advance(by: DirectUploads.offerLifetime + 60_000)
            try await test.settle()
            #expect(try await community.media.uploads() == [])
        }
    }
}
