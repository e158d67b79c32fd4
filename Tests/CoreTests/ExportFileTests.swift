import Core
import MediaStorage
import Storage
import TestSupport
import Testing

/// The files of an export, while photos get new URLs.
struct ExportFileTests {
    @Test(arguments: [false, true])
    func `an export contains a photo that gets a new URL while the export runs`(_ usesBucket: Bool)
        async throws
    {
        try await TestCommunity.with(usesBucket: usesBucket) { test in
            let media = FaultInjectingMediaStorage(test.community.media)
            let community = test.community(media: media)
            let (ada, grace, eve) = (
                try await test.member("ada"), try await test.member("grace"), try await test.member("eve")
            )
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            for follower in [grace, eve] {
                try await community.follows.follow("ada", by: follower)
                try await community.follows.accept(follower.username, by: ada)
            }
            let photo = try await test.post(by: ada).photos[0]
            let expectedBytes = try #require(try await community.export.open(photo)).byteCount
            try await community.follows.removeFollower("grace", by: ada)
            try await community.jobs.runDue()
            // The photo gets another URL right before it is read.
            media.before("read") {
                try await community.follows.removeFollower("eve", by: ada)
                try await community.jobs.runDue()
            }
            let file = try #require(try await community.export.open(photo))
            var count = 0
            for try await _ in file.pieces { count += 1 }
            #expect(count > 0 && file.byteCount == expectedBytes)
            await community.close()
        }
    }

    @Test func `an export omits a photo that was deleted or lost`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let (deleted, lost) = (try await test.post(by: ada), try await test.post(by: ada))
            try await test.community.posts.delete(deleted.id, by: ada)
            try await test.settle()
            try await test.community.media.delete([try #require(MediaPrefix(lost.photos[0].files))])
            for post in [deleted, lost] {
                #expect(try await test.community.export.open(post.photos[0]) == nil)
            }
        }
    }
}
