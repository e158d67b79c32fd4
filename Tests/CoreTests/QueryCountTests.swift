import Core
import MediaStorage
import Storage
import TestSupport
import Testing

struct QueryCountTests {
    @Test func `the number of queries of a page does not depend on the number of posts`() async throws {
        try await TestCommunity.with { test in
            let pages = try await MeasuredPages(in: test)
            let (few, many) = try await pages.growing()
            #expect(few.map(\.statements) == many.map(\.statements))
            #expect(try await pages.community.feed.all(for: pages.grace, page: .first).items.count == 15)
        }
    }

    @Test func `a page reads everything at once, with at most five queries`() async throws {
        try await TestCommunity.with { test in
            let many = try await MeasuredPages(in: test).growing().many
            #expect(many.allSatisfy { $0.accesses == 1 && $0.statements <= 5 }, "\(many)")
        }
    }
}

/// Pages that show Ada's posts, and the people who like and save them, with a count of their queries.
private struct MeasuredPages {
    typealias Cost = (accesses: Int, statements: Int)

    private let test: TestCommunity
    private let storage: CountingStorage
    let community: Community
    private let ada: Viewer
    let grace: Viewer
    private let photo: Post

    init(in test: TestCommunity) async throws {
        self.test = test
        storage = CountingStorage(test.storage)
        community = test.community(over: storage)
        ada = try await test.member("ada")
        grace = try await test.member("grace")
        try await community.follows.follow("ada", by: grace)
        photo = try await test.post(by: ada, "first #tag")
    }

    /// The costs of the pages with three posts, and with 15.
    func growing() async throws -> (few: [Cost], many: [Cost]) {
        try await live(2)
        let few = try await costs()
        try await live(12)
        return (few, try await costs())
    }

    /// Ada posts so many times, and Grace likes, saves and comments.
    private func live(_ times: Int) async throws {
        for _ in 0..<times {
            let post = try await test.post(by: ada, "first #tag @grace")
            try await community.likes.like(post.id, by: grace)
            try await community.saves.save(post.id, by: grace)
            _ = try await community.comments.add("hi", to: photo.id, by: grace)
        }
    }

    private func costs() async throws -> [Cost] {
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
}
