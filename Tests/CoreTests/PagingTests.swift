import Core
import Seeding
import TestSupport
import Testing

struct PagingTests {
    /// Reads a list page by page, and returns the ids in the order of the pages.
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

    @Test func `every list that is sorted by time can be paged in both directions`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            var others: [Viewer] = []
            for name in ["ben", "cleo", "dan", "eve", "fay"] { others.append(try await test.member(name)) }
            var posts: [Post] = []
            for _ in 0..<5 { posts.append(try await test.post(by: ada, "#tag")) }
            let post = posts[0]
            for other in others {
                try await community.follows.follow("ada", by: other)
                try await community.follows.follow(other.username, by: ada)
                try await community.likes.like(post.id, by: other)
                _ = try await community.comments.add("hello", to: post.id, by: other)
            }
            let grace = try await test.member("grace")
            try await community.follows.follow("ada", by: grace)
            for post in posts { try await community.saves.save(post.id, by: grace) }
            for other in others { try await community.blocks.mute(other.username, by: grace) }
            let accountID: (AccountSummary) -> Int64 = { $0.id.value }
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
            try await expectBothWays(5, accountID) {
                try await community.likes.likers(of: post.id, for: nil, page: $0)
            }
            try await expectBothWays(5, { $0.id.value }) {
                try await community.comments.of(post.id, for: nil, page: $0)
            }
            try await expectBothWays(6, accountID) {
                try await community.follows.followers(of: "ada", for: nil, page: $0)
            }
            try await expectBothWays(5, accountID) {
                try await community.follows.following(by: "ada", for: nil, page: $0)
            }
            try await expectBothWays(5, accountID) { try await community.blocks.muted(by: grace, page: $0) }
            for other in others { try await community.blocks.block(other.username, by: grace) }
            try await expectBothWays(5, accountID) { try await community.blocks.blocked(by: grace, page: $0) }
            let dora = try await test.member("dora")
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: dora)
            for other in others { try await community.follows.follow("dora", by: other) }
            try await expectBothWays(5, accountID) {
                try await community.follows.requests(to: dora, page: $0)
            }
            try await expectBothWays(5, { $0.id }) {
                try await community.notifications.all(for: dora, page: $0)
            }
        }
    }

    @Test func `a feed of people who post rarely can be paged in both directions, beyond the newest posts`()
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
