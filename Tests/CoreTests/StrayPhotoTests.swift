import Core
import Foundation
import SQLiteStorage
import Storage
import TestSupport
import Testing

@testable import Core
@testable import MediaStorage

/// Tests of photos without a record, and of photos of other communities.
struct StrayPhotoTests {
    @Test(arguments: [false, true], [false, true])
    func `maintenance with an empty database removes no photo, with or without a marker`(
        _ usesBucket: Bool, _ isMarked: Bool
    ) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            for _ in 0..<3 { _ = try await test.post(by: ada) }
            if !isMarked { try await unmark(test) }
            let aside = test.uploads.newPath()
            try Data("x".utf8).write(to: URL(fileURLWithPath: aside))
            try await test.community.media.storeUpload(aside, as: .random())
            try await withOther(test) { other, _ in
                let before = try await photos(test.community.media)
                for _ in 0..<2 {
                    let report = try await other.maintenance.run(evenIfManyStrays: true)
                    #expect(report.refusal?.contains("Nothing was cleaned up") == true)
                    #expect(report.straysMovedAside == 0)
                    #expect(try await other.maintenance.checkMedia() != nil)
                    try await other.jobs.runDue()
                    // Posting there does not make the location this community's.
                    try await post(
                        in: other, test,
                        by: try await register("eve\(UInt16.random(in: 0...9999))", in: other))
                }
                #expect(try await photos(test.community.media).isSuperset(of: before) && before.count == 3)
                #expect(try await test.community.media.uploads().count == 1)
                #expect(try await test.community.media.strays() == [])
            }
        }
    }

    @Test(arguments: [false, true])
    func `two communities at the same location do not touch each other's photos`(_ usesBucket: Bool)
        async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            #expect(try await test.community.maintenance.checkMedia() == nil, "the empty location is marked")
            try await withOther(test) { other, storage in
                try await post(in: other, test, by: try await register("eve", in: other))
                _ = try await test.post(by: ada)
                let before = try await photos(test.community.media)
                #expect(before.count == 2)
                for _ in 0..<2 {
                    let refusals = [
                        try await other.maintenance.run(evenIfManyStrays: true).refusal,
                        try await test.community.maintenance.run(evenIfManyStrays: true).refusal,
                    ]
                    #expect(refusals[0]?.contains("another community’s") == true)
                    #expect(
                        refusals[1]?.contains(".community-\(try await Facts.communityID(in: storage))")
                            == true)
                }
                #expect(try await photos(test.community.media) == before)
                #expect(try await test.community.media.strays() == [])
            }
        }
    }

    @Test func `a location that contains photos of another community is not taken over`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            for _ in 0..<3 { _ = try await test.post(by: ada) }
            try await unmark(test)
            try await withOther(test) { other, _ in
                let eve = try await register("eve", in: other)
                for _ in 0..<4 { try await post(in: other, test, by: eve) }
                let report = try await other.maintenance.run()
                #expect(report.refusal != nil && report.straysMovedAside == 0)
                #expect(try await test.community.media.marker() == nil)
            }
        }
    }

    @Test func `an empty location is not mistaken for the location of the community's photos`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await test.community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            try await test.community.follows.follow("ada", by: grace)
            try await test.community.follows.accept("grace", by: ada)
            let (kept, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            // The volume of the photos is not mounted, and the folder below the mount point is empty.
            let (media, away) = (test.folder + "/media", test.folder + "/away")
            try FileManager.default.moveItem(atPath: media, toPath: away)
            let below = try MediaFolder(media)
            #expect(try await test.community.maintenance.run().refusal?.contains("not mounted") == true)
            try await test.community.posts.delete(deleted.id, by: ada)
            try await test.community.follows.removeFollower("grace", by: ada)
            try await test.community.jobs.runDue()
            #expect(
                try await test.community.jobs.all().filter { $0.attempts > 0 }.count == 2,
                "both jobs wait for the right location")
            #expect(try await below.marker() == nil)
            try FileManager.default.removeItem(atPath: media)
            try FileManager.default.moveItem(atPath: away, toPath: media)
            test.time.advance(by: 60 * 1000)
            try await test.community.jobs.runDue()
            let found = try await test.community.posts.find(kept.id, for: ada)
            #expect(found.photos[0].files != kept.photos[0].files)
            #expect(try await photos(test.community.media).map(\.description) == [found.photos[0].files])
        }
    }

    @Test func `an existing community without a marker is recognized by its photos`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            _ = try await test.post(by: ada)
            _ = try await test.community.accounts.setPicture(try test.upload(), by: ada)
            try await unmark(test)
            #expect(try await test.community.maintenance.checkMedia() == nil)
            #expect(try await test.community.media.marker() == Facts.communityID(in: test.storage))
        }
    }

    @Test(arguments: [false, true])
    func `an older database moves photos aside, a newer one moves them back, and a week later they go`(
        _ usesBucket: Bool
    ) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let community = test.community
            let ada = try await test.member("ada")
            let (old, new) = (try await test.post(by: ada), try await test.post(by: ada))
            #expect(try await community.maintenance.run().straysMovedAside == 0)
            // As in a backup from before the newer post.
            try await test.storage.write {
                try $0.run("UPDATE photos SET files = 'zz' || files WHERE post_id = \(new.id)")
            }
            #expect(try await community.maintenance.run().straysMovedAside == 1)
            let (lost, kept) = (
                try #require(MediaPrefix(new.photos[0].files)), try #require(MediaPrefix(old.photos[0].files))
            )
            #expect(try await photos(community.media) == [kept])
            let aside = try await community.media.strays()
            #expect(aside == [StrayPhoto(prefix: lost, since: test.time.clock.now())])
            // The newer backup is restored.
            let names = try await test.storage.write { connection in
                try connection.run("UPDATE photos SET files = \(lost.description) WHERE post_id = \(new.id)")
            }
            #expect(names == 1)
            #expect(try await community.maintenance.checkMedia() == nil)
            #expect(try await photos(community.media) == [kept, lost])
            let key = try #require(MediaKey(prefix: lost.description, name: "thumb.jpg"))
            #expect(try await community.media.byteCount(of: key) ?? 0 > 0)
            #expect(try await community.media.strays() == [])
            try await test.storage.write {
                try $0.run("UPDATE photos SET files = 'zz' || files WHERE post_id = \(new.id)")
            }
            #expect(try await community.maintenance.run().straysMovedAside == 1)
            test.time.advance(by: StrayPhotos.lifetime)
            #expect(try await community.maintenance.run().straysRemoved == 0)
            test.time.advance(by: 1)
            #expect(try await community.maintenance.run().straysRemoved == 1)
            #expect(try await community.media.strays() == [])
            #expect(try await photos(community.media) == [kept])
        }
    }

    @Test func `many photos without a record are moved aside only on request`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            #expect(try await test.community.maintenance.checkMedia() == nil)
            for _ in 0...StrayPhoto.smallNumber {
                let path = test.uploads.newPath()
                try Data("x".utf8).write(to: URL(fileURLWithPath: path))
                try await test.community.media.put(
                    [MediaFile(path: path, name: "thumb.jpg")], under: .random())
            }
            let refused = try await test.community.maintenance.run()
            #expect(refused.refusal?.contains("101 of 102 photos have no record") == true)
            #expect(refused.straysMovedAside == 0)
            #expect(try await photos(test.community.media).count == 102)
            let report = try await test.community.maintenance.run(evenIfManyStrays: true)
            #expect(report.refusal == nil && report.straysMovedAside == 101)
            #expect(try await photos(test.community.media).map(\.description) == [post.photos[0].files])
            #expect(try await test.community.media.strays().count == 101)
        }
    }

    @Test(arguments: [false, true], [false, true])
    func `a photo that is deleted while it is moved back does not come back`(
        _ usesBucket: Bool, _ isRemovalDone: Bool
    ) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let media = FaultInjectingMediaStorage(test.community.media)
            let community = test.community(media: media)
            let ada = try await test.member("ada")
            let (kept, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            let prefixes = [kept, deleted].compactMap { MediaPrefix($0.photos[0].files) }
            try await media.moveAside([prefixes[1]], at: test.time.clock.now())
            media.before("moveBack") {
                try await community.posts.delete(deleted.id, by: ada)
                if isRemovalDone {
                    try await community.jobs.runDue()
                } else {
                    // As if another instance had tried to remove the files a moment ago and had found none.
                    try await test.storage.write { try $0.run("DELETE FROM jobs") }
                }
            }
            #expect(try await community.maintenance.checkMedia() == nil)
            try await community.jobs.runDue()
            #expect(try await photos(media) == [prefixes[0]])
            #expect(try await media.strays() == [])
            await community.close()
        }
    }

    @Test(arguments: [false, true])
    func `a photo that is deleted after it was moved aside is removed there`(_ usesBucket: Bool) async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let ada = try await test.member("ada")
            let (_, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            let prefix = try #require(MediaPrefix(deleted.photos[0].files))
            try await test.community.media.moveAside([prefix, .random()], at: test.time.clock.now())
            try await test.community.posts.delete(deleted.id, by: ada)
            try await test.settle()
            #expect(try await test.community.media.strays() == [])
        }
    }

    @Test func `deleted photos are not kept aside for a week`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let (post, _) = (try await test.post(by: ada), try await test.post(by: ada))
            try await test.community.posts.delete(post.id, by: ada)
            let report = try await test.community.maintenance.run()
            #expect(report.straysMovedAside == 0 && report.refusal == nil)
            try await test.settle()
            #expect(try await photos(test.community.media).count == 1)
        }
    }

    @Test func `a copy of photos includes the marker, and another community's location is refused`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            _ = try await test.post(by: ada)
            #expect(try await test.community.maintenance.checkMedia() == nil)
            let marker = try await test.community.media.marker()
            let target = try MediaFolder(test.folder + "/target")
            let copy = MediaCopy(from: test.community.media, to: target, through: test.folder + "/scratch")
            #expect(try await copy.run().copied == 1)
            #expect(try await target.marker() == marker && marker != nil)
            #expect(try await copy.run().copied == 0)
            let foreign = try MediaFolder(test.folder + "/foreign")
            try await foreign.writeMarker("another")
            try await foreign.writeMarker("too late")
            #expect(try await foreign.marker() == "another")
            let refusal = await #expect(throws: MediaError.self) {
                try await MediaCopy(
                    from: test.community.media, to: foreign, through: test.folder + "/scratch"
                ).run()
            }
            #expect(refusal?.description.contains("different community") == true)
            #expect(try await photos(foreign) == [])
        }
    }

    @Test func `instances that read the community id at the same time get the same id`() async throws {
        try await TestCommunity.with { test in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await Facts.communityID(in: test.storage) } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        }
    }
}
