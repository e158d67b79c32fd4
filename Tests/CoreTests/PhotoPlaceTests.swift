import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Core
@testable import MediaStorage

/// Tests that photos are accepted and removed only at the location that contains the community's photos.
struct PhotoPlaceTests {
    private func isRefused(_ work: () async throws -> some Any) async -> Bool {
        let refused = await problem(work)
        return refused?.kind == .unavailable(retryAfter: 60)
            && refused?.detail.contains("photo storage of this site is not available") == true
    }

    /// A marked location is the folder below a mount point that was marked before there was a volume.
    @Test(arguments: [false, true])
    func `if the photos of the records are missing, no photo is accepted and none counts as removed`(
        _ isMarked: Bool
    ) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let (kept, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            let (media, away) = (test.folder + "/media", test.folder + "/away")
            try FileManager.default.moveItem(atPath: media, toPath: away)
            let below = try MediaFolder(media)
            if isMarked { try await below.writeMarker(Facts.communityID(in: test.storage)) }
            // This instance has checked the location before; an instance that starts now has not.
            let fresh = test.community()
            for community in isMarked ? [fresh] : [community, fresh] {
                #expect(await isRefused { try await post(in: community, test, by: ada) })
                #expect(
                    await isRefused {
                        try await community.directUploads.offer(
                            UploadRequest(contentType: "image/jpeg", byteCount: 5, altText: ""), to: ada)
                    })
            }
            try await fresh.posts.delete(deleted.id, by: ada)
            try await fresh.jobs.runDue()
            #expect(try await fresh.jobs.all().count { $0.kind == RemovePhotoFiles.kind } >= 1, "it waits")
            #expect(try await photos(below) == [])
            #expect(try await (below.marker() != nil) == isMarked)
            await fresh.close()
            // The volume is mounted again.
            try FileManager.default.removeItem(atPath: media)
            try FileManager.default.moveItem(atPath: away, toPath: media)
            test.time.advance(by: 60 * 1000)
            try await community.jobs.runDue()
            #expect(try await photos(community.media).map(\.description) == [kept.photos[0].files])
            _ = try await test.post(by: ada)
        }
    }

    @Test func `an instance with a wrong photo location accepts and removes no photos`()
        async throws
    {
        try await TestCommunity.with(usesBucket: true) { test in
            let ada = try await test.member("ada")
            let (kept, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            let wrong = try MediaFolder(test.folder + "/wrong")
            let second = test.community(media: wrong)
            #expect(await isRefused { try await post(in: second, test, by: ada) })
            try await second.posts.delete(deleted.id, by: ada)
            try await second.jobs.runDue()
            #expect(try await second.jobs.count() > 0)
            #expect(try await wrong.marker() == nil)
            test.time.advance(by: 60 * 1000)
            try await test.community.jobs.runDue()
            #expect(try await photos(test.community.media).map(\.description) == [kept.photos[0].files])
            await second.close()
        }
    }

    @Test(arguments: [false, true])
    func `an adopted location belongs to the community even if its photos are lost`(_ usesBucket: Bool)
        async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            for _ in 0..<2 { _ = try await test.post(by: ada) }
            try await test.community.media.delete(Array(photos(test.community.media)))
            let fresh = test.community()
            #expect(await isRefused { try await post(in: fresh, test, by: ada) })
            #expect(try await fresh.maintenance.run().refusal?.contains("isntgram media adopt") == true)
            #expect(try await fresh.maintenance.adoptMedia() == nil)
            test.time.advance(by: 1000)
            let new = try await post(in: fresh, test, by: ada)
            #expect(try await fresh.maintenance.run().refusal == nil)
            #expect(try await photos(test.community.media).map(\.description) == [new.photos[0].files])
            await fresh.close()
        }
    }

    @Test func `a location of another community cannot be adopted`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.post(by: try await test.member("ada"))
            try await withOther(test) { other, _ in
                let refused = await problem { try await other.maintenance.adoptMedia() }
                #expect(refused?.kind == .conflict)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a removed marker is noticed at the next upload`(_ usesBucket: Bool) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            #expect(try await test.community.maintenance.checkMedia() == nil)
            try await unmark(test)
            try await withOther(test) { other, _ in
                #expect(try await other.maintenance.checkMedia() == nil, "it is empty")
                let kept = try await test.post(by: ada)
                let report = try await other.maintenance.run(evenIfManyStrays: true)
                #expect(report.refusal?.contains(".community-") == true && report.straysMovedAside == 0)
                #expect(try await photos(other.media).map(\.description) == [kept.photos[0].files])
            }
        }
    }

    @Test func `a community cannot take over a location even if it owns nearly all photos there`()
        async throws
    {
        try await TestCommunity.with { test in
            let theirs = try await test.post(by: try await test.member("ada"))
            try await unmark(test)
            try await withOther(test) { other, _ in
                let eve = try await register("eve", in: other)
                for _ in 0..<12 { try await post(in: other, test, by: eve) }
                let report = try await other.maintenance.run(evenIfManyStrays: true)
                #expect(report.refusal != nil && report.straysMovedAside == 0)
                #expect(try await test.community.media.marker() == nil)
                let prefix = try #require(MediaPrefix(theirs.photos[0].files))
                #expect(try await photos(test.community.media).contains(prefix))
            }
        }
    }

    @Test(arguments: [false, true])
    func `maintenance does not remove a direct upload of another community`(_ usesBucket: Bool) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            try await withOther(test) { other, _ in
                _ = try await post(in: other, test, by: try await register("eve", in: other))
                let offer = try await test.community.directUploads.offer(
                    UploadRequest(contentType: "image/jpeg", byteCount: 5, altText: ""),
                    to: try await test.member("ada"))
                let path = test.uploads.newPath()
                try Data("bytes".utf8).write(to: URL(fileURLWithPath: path))
                try await test.community.directUploads.receive(path, byteCount: 5, as: offer.name)
                #expect(try await other.maintenance.run().refusal?.contains(".community-") == true)
                test.time.advance(by: Maintenance.waitingPhotoLifetime + 1)
                try await other.jobs.runDue()
                #expect(try await test.community.media.uploads() == [offer.name])
            }
        }
    }
}
