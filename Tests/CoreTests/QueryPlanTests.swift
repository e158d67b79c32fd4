import Core
import SQLiteStorage
import Storage
import TestSupport
import Testing

@Suite(.enabled(if: !TestEngine.isPostgres, "these are query plans of SQLite"))
struct QueryPlanTests {
    /// Tables that grow with the community, by their names and by their aliases in queries.
    private static let growing: Set<String> = [
        "accounts", "posts", "photos", "comments", "likes", "saves", "follows", "notifications", "post_tags",
        "a", "p", "c",
        "m", "l", "o", "n", "t", "s", "r", "k", "h", "f",
    ]

    /// The steps of a plan that read a whole table, each with the name of the table.
    private func scans(in plan: [String]) -> [(step: String, table: String)] {
        plan.filter { $0.hasPrefix("SCAN ") }.map { step in
            let words = step.split(separator: " ")
            return (step: step, table: words.count > 1 ? String(words[1]) : "")
        }
    }

    /// The statements of the frequent pages, of which each is read from both ends.
    private func frequentStatements(in test: TestCommunity) async throws -> [SQL] {
        let storage = CountingStorage(test.storage)
        let community = test.community(over: storage)
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        try await community.follows.follow("ada", by: grace)
        let post = try await test.post(by: ada, "first #tag @grace")
        let comment = try await community.comments.add("hi", to: post.id, by: grace)
        try await community.likes.like(post.id, by: grace)
        let secret = try await community.credentials.issue(
            .session, to: community.accounts.find(username: "ada"), scopes: .all, name: "x"
        ).secret
        let ends: [PageRequest] = [.first, PageRequest(from: .oldest, limit: 20)]
        var statements: [SQL] = []
        for page in ends {
            statements += try await storage.statements(of: {
                _ = try await community.credentials.viewer(secret, kind: .session)
                _ = try await community.feed.cards(for: grace, page: page)
                _ = try await community.profiles.withPosts(of: "ada", for: grace, page: page)
                _ = try await community.posts.details(of: post.id, for: grace, comments: page)
                _ = try await community.explore.recent(for: grace, page: page)
                _ = try await community.explore.posts(tagged: "tag", for: grace, page: page)
                _ = try await community.explore.suggestions(for: grace, limit: 20)
                _ = try await community.search.tags(SearchQuery("t"), for: grace, page: .first)
                for list in [community.export.liked, community.export.saved] {
                    _ = try await list(grace, page)
                }
                _ = try await community.export.posts(of: ada, page: page)
                _ = try await community.export.comments(of: grace, page: page)
                _ = try await community.follows.followers(of: "ada", for: grace, page: page)
                _ = try await community.follows.following(by: "ada", for: grace, page: page)
                _ = try await community.likes.likers(of: post.id, for: grace, page: page)
                _ = try await community.saves.all(for: grace, page: page)
                _ = try await community.notifications.all(for: ada, page: page)
                _ = try await community.notifications.unreadCount(for: ada)
                try await community.likes.unlike(post.id, by: grace)
                try await community.likes.unlike(comment.id, by: grace)
                try await community.likes.like(post.id, by: grace)
                try await community.saves.save(post.id, by: grace)
                try await community.saves.unsave(post.id, by: grace)
            })
        }
        return statements
    }

    @Test func `a query that scans a growing table is recognised`() async throws {
        try await TestCommunity.with { test in
            let sqlite = try #require(test.storage as? SQLiteStorage)
            let plan = try await sqlite.plan(of: "SELECT 1 FROM posts p WHERE p.caption = \("x")")
            #expect(plan.contains { $0.hasPrefix("SCAN p") }, "the test can detect a scan")
            #expect(scans(in: plan).contains { Self.growing.contains($0.table) })
        }
    }

    @Test func `no statement of a frequent page scans a growing table`() async throws {
        try await TestCommunity.with { test in
            let sqlite = try #require(test.storage as? SQLiteStorage)
            let statements = try await frequentStatements(in: test)
            #expect(statements.count > 60)
            for statement in statements {
                for scan in scans(in: try await sqlite.plan(of: statement)) {
                    #expect(!Self.growing.contains(scan.table), "\(scan.step): \(statement.text)")
                }
            }
        }
    }
}
