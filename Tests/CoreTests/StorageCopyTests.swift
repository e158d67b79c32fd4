import Core
import Foundation
import MediaStorage
import PostgresStorage
import SQLiteStorage
import Storage
import TestSupport
import Testing

@testable import Core

struct StorageCopyTests {
    /// Runs `body` with an empty PostgreSQL database that has the current schema.
    private func withPostgres(_ body: (PostgresStorage) async throws -> Void) async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            let storage = try await PostgresStorage(url: server.url(schema), options: .patient)
            try await Community.migrate(storage)
            do { try await body(storage) } catch {
                try await storage.close()
                throw error
            }
            try await storage.close()
        }
    }

    /// Adds rows to every table that rules write.
    private func fill(_ test: TestCommunity) async throws -> Post {
        let community = test.community
        let (ada, ben, eve) = (
            try await test.member("ada"), try await test.member("ben"), try await test.member("eve")
        )
        let post = try await test.post(by: ada, "Çelik 🏙 at dawn #turin @ben")
        try await community.likes.like(post.id, by: ben)
        try await community.saves.save(post.id, by: ben)
        try await community.follows.follow("ada", by: ben)
        let comment = try await community.comments.add(
            "first", to: post.id, by: ben, key: RequestKey("copied"))
        _ = try await community.comments.add("second", to: post.id, replyTo: comment.id, by: ada)
        try await community.likes.like(comment.id, by: ada)
        _ = try await community.accounts.edit(ProfileEdit(bio: "hi", isPrivate: true), by: eve)
        _ = try await community.accounts.setUsername("evening", by: eve)
        _ = try await community.accounts.setUsername("eve", by: eve)
        try await community.follows.follow("eve", by: ada)
        try await community.blocks.block("ben", by: eve)
        try await community.blocks.mute("ada", by: ben)
        _ = try await community.invites.create(uses: 3, days: 5)
        _ = try await community.directUploads.offer(
            UploadRequest(contentType: "image/png", byteCount: 9, altText: "é"), to: ben)
        try await test.storage.write { try PhotoRecords.addUnclaimed(["zz/lost"], at: 1, in: $0) }
        _ = try await Facts.communityID(in: test.storage)
        try await protect(ben, in: test)
        return post
    }

    /// Adds rows to the tables of two-step verification.
    private func protect(_ viewer: Viewer, in test: TestCommunity) async throws {
        _ = try await test.community.secondFactors.begin(
            by: viewer, password: TestCommunity.password, issuer: "x")
        try await test.storage.write { connection in
            _ = try RecoveryCodes.replace(of: viewer.id, in: connection)
            try TrustedBrowserRecords.insert(
                .random(), of: viewer.id, name: "phone", at: 1, in: connection)
            try SignInTicketRecords.insert(
                .random(), of: viewer.id, .session, name: "phone", at: 1, in: connection)
        }
    }

    @Test func `every table of the schema is copied, except search indexes`() async throws {
        let storage = try SQLiteStorage()
        try await Community.migrate(storage)
        let tables = try await storage.read { connection in
            try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table'") { $0.text() }
        }.filter { !$0.hasPrefix("sqlite_") && !$0.contains("_search") && $0 != "schema_migrations" }
        #expect(Set(tables) == Set(CopiedTable.all.map(\.name)))
        try await storage.close()
    }

    @Test func `a community can be copied to PostgreSQL and back, and its posts can be found`() async throws {
        try await TestCommunity.with { test in
            let post = try await fill(test)
            try await withPostgres { postgres in
                let there = try await StorageCopy(from: test.storage, to: postgres).run()
                #expect(
                    there.count == CopiedTable.all.count
                        && there.allSatisfy { $0.rows > 0 && $0.changes == $0.rows })
                let again = try await StorageCopy(from: test.storage, to: postgres).run()
                #expect(
                    again.map(\.changes).allSatisfy { $0 == 0 }
                        && again.map(\.checksum) == there.map(\.checksum))
                let id = try await Facts.communityID(in: test.storage)
                #expect(try await Facts.communityID(in: postgres) == id, "the same community")
                let moved = test.community(over: postgres)
                let ada = try await test.community.accounts.find(username: "ada")
                #expect(try await moved.posts.find(post.id, for: nil).author.id == ada.id)
                for word in ["celik", "DAWN"] {
                    let found = try await moved.search.posts(try SearchQuery(word), for: nil, page: .first)
                    #expect(found.items.map(\.id) == [post.id])
                }
                #expect(
                    try await moved.search.people(try SearchQuery("be"), for: nil, page: .first).items.count
                        == 1)
                let back = try SQLiteStorage()
                try await Community.migrate(back)
                let home = try await StorageCopy(from: postgres, to: back).run()
                #expect(home.map(\.checksum) == there.map(\.checksum))
                let found = try await test.community(over: back).search.posts(
                    try SearchQuery("celik"), for: nil, page: .first)
                #expect(found.items.map(\.id) == [post.id])
                await moved.close()
                try await back.close()
            }
        }
    }

    @Test func `another run copies changes and removes deleted rows`() async throws {
        try await TestCommunity.with { test in
            let post = try await fill(test)
            let target = try SQLiteStorage()
            try await Community.migrate(target)
            let copy = StorageCopy(from: test.storage, to: target)
            _ = try await copy.run()
            let ben = try #require(
                try await test.community.search.people(try SearchQuery("ben"), for: nil, page: .first).items
                    .first)
            let viewer = try await test.member("zoe")
            let new = try await test.post(by: viewer, "new #words")
            try await test.storage.write { connection in
                try connection.run("UPDATE accounts SET full_name = 'Benedict' WHERE id = \(ben.id)")
                try connection.run("DELETE FROM posts WHERE id = \(post.id)")
            }
            // As if a server that used the target meanwhile had added a job with the same key.
            try await target.write { try $0.run("UPDATE jobs SET id = id + 1000000") }
            let changes = try await copy.run().filter { $0.changes > 0 }.map(\.table)
            #expect(Set(changes).isSuperset(of: ["accounts", "posts", "photos", "post_tags"]))
            let moved = test.community(over: target)
            let found = try await moved.search.posts(try SearchQuery("words"), for: nil, page: .first)
            #expect(found.items.map(\.id) == [new.id])
            #expect(
                try await moved.search.posts(try SearchQuery("dawn"), for: nil, page: .first).items.isEmpty)
            #expect(
                try await moved.search.people(try SearchQuery("benedict"), for: nil, page: .first).items.count
                    == 1)
            await moved.close()
            try await target.close()
        }
    }

    @Test func `an interrupted copy can be continued`() async throws {
        try await TestCommunity.with { test in
            _ = try await fill(test)
            let target = try SQLiteStorage()
            try await Community.migrate(target)
            let task = Task {
                try await StorageCopy(from: test.storage, to: target).run { progress in
                    if progress.step == "comments" { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            _ = await task.result
            let copied = try await StorageCopy(from: test.storage, to: target).run()
            #expect(copied.first { $0.table == "accounts" }?.changes == 0)
            #expect(copied.map(\.rows).reduce(0, +) > 20)
            try await target.close()
        }
    }

    @Test func `another community is overwritten only on request`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            try await TestCommunity.with { other in
                _ = try await other.member("stranger")
                let copy = StorageCopy(from: test.storage, to: other.storage)
                let error = await #expect(throws: StorageError.self) { try await copy.run() }
                #expect("\(error as Any)".contains("stranger"))
                #expect(try await other.storage.read { try $0.int("SELECT count(*) FROM accounts") } == 1)
                _ = try await copy.run(isReplacing: true)
                let names = try await other.storage.read {
                    try $0.rows("SELECT username FROM accounts") { $0.text() }
                }
                #expect(names == ["ada"])
            }
        }
    }

    @Test func `photos can be copied to a bucket and back, and only missing photos are copied`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            for _ in 0..<3 { _ = try await test.post(by: ada) }
            let path = test.uploads.newPath()
            try Data("aside".utf8).write(to: URL(fileURLWithPath: path))
            try await test.community.media.storeUpload(path, as: .random())
            let bucket = try await S3Server.shared().media()
            let folder = try MediaFolder(test.folder + "/media", keepsStagedFiles: true)
            let scratch = test.folder + "/scratch"
            let out = MediaCopy(from: folder, to: bucket, through: scratch)
            let first = try await out.run()
            #expect(first.photos == 3 && first.copied == 3 && first.files == test.storedFiles.count - 1)
            #expect(try await out.run().copied == 0)
            // A photo that is missing in the bucket is copied again.
            let some = try #require(test.storedFiles.first { $0.hasSuffix("thumb.jpg") })
            let prefix = try #require(MediaPrefix(String(some.dropLast("/thumb.jpg".count).suffix(35))))
            try await bucket.delete([prefix])
            #expect(try await out.run().copied == 1)
            let home = try MediaFolder(test.folder + "/home")
            #expect(try await MediaCopy(from: bucket, to: home, through: scratch).run().copied == 3)
            for file in test.storedFiles {
                let (one, two) = ("\(test.folder)/media/\(file)", "\(test.folder)/home/\(file)")
                #expect(FileManager.default.contentsEqual(atPath: one, andPath: two), "\(file)")
            }
            #expect(!FileManager.default.fileExists(atPath: scratch))
            try await bucket.close()
        }
    }
}
