import Core
import MediaStorage
import Storage
import TestSupport
import Testing

/// Tests that a person who may no longer see photos cannot see them at their old URLs either.
struct PhotoRotationTests {
    /// Creates ada, whose account is private, and grace, who follows her.
    private func privateAda(_ test: TestCommunity) async throws -> (ada: Viewer, grace: Viewer) {
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        _ = try await test.community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
        try await test.community.follows.follow("ada", by: grace)
        try await test.community.follows.accept("grace", by: ada)
        return (ada, grace)
    }

    /// The keys of a post's files.
    private func keys(of post: Post) throws -> [MediaKey] {
        try post.photos.flatMap { photo in
            try (photo.renditions.map { photo.key($0) } + [photo.thumbnailKey]).map { key in
                let parts = key.split(separator: "/").map(String.init)
                return try #require(MediaKey(prefix: "\(parts[0])/\(parts[1])", name: parts[2]))
            }
        }
    }

    private func isThere(_ keys: [MediaKey], _ community: Community) async throws -> Bool {
        var found: [Bool] = []
        for key in keys { found.append(try await community.media.byteCount(of: key) != nil) }
        try #require(Set(found).count == 1, "all files exist or none")
        return found[0]
    }

    enum Ending: CaseIterable { case removed, blocked, left, turnedPrivate }

    @Test(arguments: Ending.allCases, [false, true])
    func `the photos of a private account get new URLs when a person's right to see them ends`(
        _ ending: Ending, usesBucket: Bool
    ) async throws {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            if ending != .turnedPrivate {
                _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            }
            try await community.follows.follow("ada", by: grace)
            if ending != .turnedPrivate { try await community.follows.accept("grace", by: ada) }
            let post = try await test.post(by: ada)
            let old = try keys(of: post)
            #expect(try await isThere(old, community))
            switch ending {
            case .removed: try await community.follows.removeFollower("grace", by: ada)
            case .blocked: try await community.blocks.block("grace", by: ada)
            case .left: try await community.follows.unfollow("ada", by: grace)
            case .turnedPrivate: _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            }
            try await community.jobs.runDue()
            let found = try await community.posts.find(post.id, for: ada)
            let new = try keys(of: found)
            #expect(Set(new.map(\.prefix)).isDisjoint(with: old.map(\.prefix)))
            #expect(new.map(\.name) == old.map(\.name))
            #expect(try await isThere(new, community))
            #expect(try await !isThere(old, community))
            // No files are left unclaimed or without a record.
            test.time.advance(by: 2 * 60 * 60 * 1000)
            let report = try await community.maintenance.run()
            #expect(report.unclaimedFiles == 0 && report.straysMovedAside == 0 && report.refusal == nil)
            #expect(try await isThere(new, community))
        }
    }

    @Test func `photos of public accounts keep their URLs`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            try await community.follows.follow("ada", by: grace)
            let post = try await test.post(by: ada)
            try await community.follows.removeFollower("grace", by: ada)
            try await community.blocks.block("grace", by: ada)
            #expect(try await community.jobs.runDue() == 0)
            #expect(try await community.posts.find(post.id, for: ada).photos[0].files == post.photos[0].files)
        }
    }

    @Test func `blocking a person who never followed a private account rotates nothing`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            _ = try await test.member("grace")
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            _ = try await test.post(by: ada)
            try await community.jobs.runDue()
            try await community.blocks.block("grace", by: ada)
            #expect(try await community.jobs.runDue() == 0)
        }
    }

    @Test func `a photo that is deleted while it gets a new URL leaves no file`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await privateAda(test).ada
            let (kept, deleted) = (try await test.post(by: ada), try await test.post(by: ada))
            try await community.follows.removeFollower("grace", by: ada)
            // The writes of a job: it is claimed, new prefixes are recorded, and the photos get them.
            let storage = InterleavingStorage(test.storage, write: 3) {
                try await test.community.posts.delete(deleted.id, by: ada)
            }
            let other = test.community(over: storage)
            try await other.jobs.runDue()
            #expect(storage.hasRunAction)
            await other.close()
            try await community.jobs.runDue()
            let found = try await community.posts.find(kept.id, for: ada)
            #expect(found.photos[0].files != kept.photos[0].files)
            let folders = test.storedFiles.filter { $0.hasSuffix(".jpg") }.map {
                $0.split(separator: "/").dropLast()
            }
            #expect(Set(folders).count == 1)
        }
    }

    @Test(arguments: [false, true])
    func `a photo whose files are missing keeps its URL, and the others get new ones`(_ usesBucket: Bool)
        async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let community = test.community
            let ada = try await privateAda(test).ada
            let (whole, broken) = (try await test.post(by: ada), try await test.post(by: ada))
            try await community.media.delete(keys(of: broken))
            try await community.follows.removeFollower("grace", by: ada)
            try await community.jobs.runDue()
            #expect(
                try await community.posts.find(broken.id, for: ada).photos[0].files == broken.photos[0].files)
            #expect(
                try await community.posts.find(whole.id, for: ada).photos[0].files != whole.photos[0].files)
            #expect(try await !isThere(try keys(of: whole), community))
            #expect(try await community.jobs.count() == 1, "it is retried")
        }
    }

    @Test(arguments: [false, true])
    func `a photo that has lost some of its files cannot be seen at its old URL`(_ usesBucket: Bool)
        async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let community = test.community
            let ada = try await privateAda(test).ada
            let broken = try await test.post(by: ada)
            let old = try keys(of: broken)
            try await community.media.delete([old[0]])
            try await community.follows.removeFollower("grace", by: ada)
            try await community.jobs.runDue()
            let new = try await keys(of: community.posts.find(broken.id, for: ada))
            #expect(try await !isThere(old, community))
            #expect(try await isThere(Array(new.dropFirst()), community), "the remaining files")
            #expect(try await community.jobs.count() == 0)
        }
    }

    @Test func `a photo that cannot be rotated does not delay later rotations`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await privateAda(test).ada
            try await community.follows.follow("ada", by: try await test.member("eve"))
            try await community.follows.accept("eve", by: ada)
            let (whole, broken) = (try await test.post(by: ada), try await test.post(by: ada))
            try await community.media.delete(keys(of: broken))
            var prefixes = [whole.photos[0].files]
            for follower in ["grace", "eve"] {
                test.time.advance(by: 1000)
                try await community.follows.removeFollower(follower, by: ada)
                try await community.jobs.runDue()
                prefixes.append(try await community.posts.find(whole.id, for: ada).photos[0].files)
                #expect(try await community.jobs.all().filter { $0.attempts > 0 }.count == 1, "it failed")
            }
            #expect(Set(prefixes).count == 3)
        }
    }

    @Test func `photos of a private account get new URLs when a follower deletes their account`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = try await privateAda(test)
            let post = try await test.post(by: ada)
            // As if the photos had been added with a clock that was an hour ahead.
            try await test.storage.write {
                try $0.run("UPDATE photos SET files_since = \(test.time.clock.now() + 3_600_000)")
            }
            try await community.accounts.deleteOwn(grace, password: TestCommunity.password)
            try await community.jobs.runDue()
            #expect(try await !isThere(try keys(of: post), community))
            #expect(try await isThere(try keys(of: community.posts.find(post.id, for: ada)), community))
        }
    }
}
