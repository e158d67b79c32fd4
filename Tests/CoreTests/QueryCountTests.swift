import Core
import MediaStorage
import Storage
import TestSupport
import Testing

struct QueryCountTests {
    @Test func `the number of queries of a page does not depend on the number of posts`() async throws {
        try await TestCommunity.with { test in
            let storage = CountingStorage(test.storage)
            let community = test.community(over: storage)
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            try await community.follows.follow("ada", by: grace)
            let photo = try await test.post(by: ada, "first #tag")
            func pages() async throws -> [(accesses: Int, statements: Int)] {
                let page = PageRequest(limit: 100)
                // The feed is read once before, so that values that are read only now and then are cached.
                _ = try await community.feed.all(for: grace, page: page)
                return [
                    try await storage.count { _ = try await community.feed.all(for: grace, page: page) },
                    try await storage.count {
                        _ = try await community.profiles.withPosts(of: "ada", for: grace, page: page)
                    },
                    try await storage.count {
                        _ = try await community.posts.details(of: photo.id, for: grace, comments: page)
                    },
                    try await storage.count {
                        _ = try await community.explore.recent(for: grace, page: page)
                    },
                    try await storage.count {
                        _ = try await community.explore.posts(tagged: "tag", for: grace, page: page)
                    },
                    try await storage.count {
                        _ = try await community.search.posts(
                            SearchQuery("first"), for: grace, page: SearchPage(limit: 100))
                    },
                    try await storage.count {
                        _ = try await community.notifications.all(for: ada, page: page)
                    },
                    try await storage.count { _ = try await community.saves.all(for: grace, page: page) },
                    try await storage.count {
                        _ = try await community.likes.likers(of: photo.id, for: ada, page: page)
                    },
                ]
            }
            func live(_ times: Int) async throws {
                for _ in 0..<times {
                    let post = try await test.post(by: ada, "first #tag @grace")
                    try await community.likes.like(post.id, by: grace)
                    try await community.saves.save(post.id, by: grace)
                    _ = try await community.comments.add("hi", to: photo.id, by: grace)
                }
            }
            try await live(2)
            let few = try await pages()
            try await live(12)
            let many = try await pages()
            #expect(few.map(\.statements) == many.map(\.statements))
            #expect(many.allSatisfy { $0.accesses == 1 && $0.statements <= 5 }, "\(many)")
            #expect(try await community.feed.all(for: grace, page: .first).items.count == 15)
        }
    }
}
