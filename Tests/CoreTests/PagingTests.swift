import Core
import Seeding
import TestSupport
import Testing

struct PagingTests {
    /// Reads a list page by page, and returns the ids in the order in which they came.
    private func walk<Item>(
        from end: PageRequest.End, above: Int64? = nil, below: Int64? = nil, _ id: (Item) -> Int64,
        _ list: (PageRequest) async throws -> Page<Item>
    ) async throws -> [Int64] {
        var ids: [Int64] = []
        var cursor: Int64?
        repeat {
            let page = try await list(
                PageRequest(from: end, cursor: cursor, below: below, above: above, limit: 2))
            #expect(page.items.count <= 2)
            ids += page.items.map(id)
            cursor = page.nextCursor.flatMap { Int64($0) }
        } while cursor != nil && ids.count < 100
        return ids
    }

    /// Expects that the list has the same items from either end, and that bounds limit it.
    private func expectBothWays<Item>(
        _ count: Int, _ id: (Item) -> Int64, _ list: (PageRequest) async throws -> Page<Item>,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let newest = try await walk(from: .newest, id, list)
        let oldest = try await walk(from: .oldest, id, list)
        #expect(newest.count == count && oldest == newest.reversed(), sourceLocation: location)
        let cursors = try await cursors(count, list)
        // The bounds exclude the first and the last item.
        let (low, high) = (cursors[0], cursors[count - 1])
        let inner = Array(newest.dropFirst().dropLast())
        #expect(
            try await walk(from: .newest, above: low, below: high, id, list) == inner,
            sourceLocation: location)
        #expect(
            try await walk(from: .oldest, above: low, below: high, id, list) == inner.reversed(),
            sourceLocation: location)
    }

    /// The cursors of all items, oldest first.
    private func cursors<Item>(_ count: Int, _ list: (PageRequest) async throws -> Page<Item>) async throws
        -> [Int64]
    {
        var cursors: [Int64] = []
        for limit in 1..<count {
            let page = try await list(PageRequest(from: .oldest, limit: limit))
            cursors.append(try #require(page.nextCursor.flatMap { Int64($0) }))
        }
        let newest = try await list(PageRequest(from: .newest, limit: 1))
        cursors.append(try #require(newest.nextCursor.flatMap { Int64($0) }))
        return cursors
    }

    @Test func `every list of posts can be paged in both directions`() async throws {
        try await TestCommunity.with { test in
            let crowd = try await Crowd(in: test)
            let (community, grace) = (test.community, crowd.grace)
            let postID: (Post) -> Int64 = { $0.id.value }
            try await expectBothWays(5, postID) { try await community.feed.all(for: grace, page: $0) }
            try await expectBothWays(5, postID) {
                try await community.profiles.withPosts(of: "ada", for: grace, page: $0).posts
            }
            try await expectBothWays(5, postID) { try await community.explore.recent(for: nil, page: $0) }
            try await expectBothWays(5, postID) {
                try await community.explore.posts(tagged: "tag", for: nil, page: $0).posts
            }
            try await expectBothWays(5, postID) { try await community.saves.all(for: grace, page: $0) }
        }
    }

    @Test func `the likes and comments of a post can be paged in both directions`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let post = try await Crowd(in: test).posts[0]
            let accountID: (AccountSummary) -> Int64 = { $0.id.value }
            try await expectBothWays(5, accountID) {
                try await community.likes.likers(of: post.id, for: nil, page: $0)
            }
            try await expectBothWays(5, { $0.id.value }) {
                try await community.comments.of(post.id, for: nil, page: $0)
            }
        }
    }

    @Test func `followers and followed people can be paged in both directions`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            _ = try await Crowd(in: test)
            let accountID: (AccountSummary) -> Int64 = { $0.id.value }
            try await expectBothWays(6, accountID) {
                try await community.follows.followers(of: "ada", for: nil, page: $0)
            }
            try await expectBothWays(5, accountID) {
                try await community.follows.following(by: "ada", for: nil, page: $0)
            }
        }
    }

    @Test func `muted and blocked people can be paged in both directions`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let crowd = try await Crowd(in: test)
            let grace = crowd.grace
            let accountID: (AccountSummary) -> Int64 = { $0.id.value }
            try await expectBothWays(5, accountID) { try await community.blocks.muted(by: grace, page: $0) }
            for other in crowd.others { try await community.blocks.block(other.username, by: grace) }
            try await expectBothWays(5, accountID) { try await community.blocks.blocked(by: grace, page: $0) }
        }
    }

    @Test func `requests to follow Dora and their notifications can be paged in both directions`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let dora = try await test.member("dora")
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: dora)
            for other in try await Crowd.others(in: test) {
                try await community.follows.follow("dora", by: other)
            }
            let accountID: (AccountSummary) -> Int64 = { $0.id.value }
            try await expectBothWays(5, accountID) {
                try await community.follows.requests(to: dora, page: $0)
            }
            try await expectBothWays(5, { $0.id }) {
                try await community.notifications.all(for: dora, page: $0)
            }
        }
    }

    @Test func `a feed of people who post rarely can be paged in both directions beyond its window`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            try await Seed(accounts: 300, posts: 4000, follows: 1).insert(into: community)
            let ada = try await test.member("ada")
            for name in ["person1", "person2"] { try await community.follows.follow(name, by: ada) }
            let postID: (Post) -> Int64 = { $0.id.value }
            let newest = try await walk(from: .newest, postID) {
                try await community.feed.all(for: ada, page: $0)
            }
            #expect(newest.count > 25 && newest == newest.sorted(by: >))
            #expect(
                try await walk(from: .oldest, postID) { try await community.feed.all(for: ada, page: $0) }
                    == newest.reversed())
        }
    }
}

/// Ada with five posts. Five others like the first of them and comment on it, and they and Ada follow each
/// other. Grace follows Ada, saves all posts, and mutes the others.
private struct Crowd {
    let others: [Viewer]
    let posts: [Post]
    let grace: Viewer

    static func others(in test: TestCommunity) async throws -> [Viewer] {
        var others: [Viewer] = []
        for name in ["ben", "cleo", "dan", "eve", "fay"] { others.append(try await test.member(name)) }
        return others
    }

    init(in test: TestCommunity) async throws {
        let community = test.community
        let ada = try await test.member("ada")
        others = try await Self.others(in: test)
        var posts: [Post] = []
        for _ in 0..<5 { posts.append(try await test.post(by: ada, "#tag")) }
        self.posts = posts
        for other in others {
            try await community.follows.follow("ada", by: other)
            try await community.follows.follow(other.username, by: ada)
            try await community.likes.like(posts[0].id, by: other)
            _ = try await community.comments.add("hello", to: posts[0].id, by: other)
        }
        grace = try await test.member("grace")
        try await community.follows.follow("ada", by: grace)
        for post in posts { try await community.saves.save(post.id, by: grace) }
        for other in others { try await community.blocks.mute(other.username, by: grace) }
    }
}
