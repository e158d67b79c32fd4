import Core
import Storage
import TestSupport
import Testing

/// Requests that are sent twice.
struct RequestKeyTests {
    private func key(_ text: String = "7f3b") throws -> RequestKey { try RequestKey(text) }

    @Test func `a key has 1 to 255 visible ASCII characters`() {
        for text in ["x", "7f3b-1", String(repeating: "~", count: 255)] {
            #expect(throws: Never.self) { try RequestKey(text) }
        }
        for text in ["", " ", "a b", "ä", "a\n", String(repeating: "x", count: 256)] {
            #expect(throws: Problem.self) { try RequestKey(text) }
        }
    }

    @Test func `a post that is sent twice is published once, and its photos are stored once`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let posts = test.community.posts
            let draft = { PostDraft(caption: "a cat", photos: .uploads([try test.upload()])) }
            let first = try await posts.publish(try draft(), by: ada, key: key())
            let files = test.storedFiles
            let second = try await posts.publish(try draft(), by: ada, key: key())
            #expect(first.id == second.id && second.photos.map(\.id) == first.photos.map(\.id))
            #expect(test.storedFiles == files)
            #expect(try await test.community.profiles.find("ada", for: ada).account.postsCount == 1)
            #expect(try await posts.publish(try draft(), by: ada, key: key("other")).id != first.id)
            #expect(try await posts.publish(try draft(), by: ada).id != first.id)
        }
    }

    @Test func `eight copies of a request at the same time make one post`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await test.community.posts.publish(
                            PostDraft(caption: "a cat", photos: .uploads([try test.upload()])), by: ada,
                            key: RequestKey("7f3b")
                        ).id.value
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ids.count == 8 && Set(ids).count == 1)
            #expect(try await test.community.profiles.find("ada", for: ada).account.postsCount == 1)
            try await test.settle()
            let photos = Set(test.storedFiles.map { $0.split(separator: "/").dropLast().joined() })
            #expect(photos.count == 1, "the files of the others are removed")
        }
    }

    @Test func `the same key for another text is refused, and for another post or member it is another key`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let comments = test.community.comments
            let (one, two) = (try await test.post(by: ada), try await test.post(by: ada))
            let first = try await comments.add("hi", to: one.id, by: ada, key: key())
            #expect(try await comments.add("hi", to: one.id, by: ada, key: key()).id == first.id)
            let refused = await problem { try await comments.add("ho", to: one.id, by: ada, key: key()) }
            #expect(refused?.kind == .invalid && refused?.fields.first?.field == "Idempotency-Key")
            #expect(try await comments.add("hi", to: two.id, by: ada, key: key()).id != first.id)
            #expect(try await comments.add("hi", to: one.id, by: ben, key: key()).id != first.id)
            #expect(try await test.community.posts.find(one.id, for: ada).commentsCount == 2)
        }
    }

    @Test func `a request that failed can be sent again, and a key is forgotten after an hour`() async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let comments = test.community.comments
            let post = try await test.post(by: ada)
            #expect(await problem { try await comments.add("", to: post.id, by: ada, key: key()) } != nil)
            let first = try await comments.add("hi", to: post.id, by: ada, key: key())
            test.time.advance(by: 60 * 60 * 1000)
            #expect(try await comments.add("hi", to: post.id, by: ada, key: key()).id != first.id)
            test.time.advance(by: 60 * 60 * 1000)
            _ = try await test.community.maintenance.run()
            let left = try await test.storage.read { try $0.int("SELECT count(*) FROM request_keys") }
            #expect(left == 0)
        }
    }

    @Test func `what was deleted meanwhile is not made again`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let comments = test.community.comments
            let post = try await test.post(by: ada)
            let comment = try await comments.add("hi", to: post.id, by: ada, key: key())
            try await comments.delete(comment.id, by: ada)
            let again = await problem { try await comments.add("hi", to: post.id, by: ada, key: key()) }
            #expect(again?.kind == .notFound)
        }
    }

    @Test func `a photo is added once, and a token is not created twice`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let photos = test.community.photos
            let first = try await photos.add(try test.upload(), by: ada, key: key())
            #expect(try await photos.add(try test.upload(), by: ada, key: key()).id == first.id)
            let credentials = test.community.credentials
            _ = try await credentials.createToken(name: "app", scopes: .read, by: ada, key: key())
            let again = await problem {
                try await credentials.createToken(name: "app", scopes: .read, by: ada, key: key())
            }
            #expect(again?.kind == .conflict)
            #expect(try await credentials.all(.token, of: ada).filter { $0.name == "app" }.count == 1)
        }
    }
}
