import Core
import SQLiteStorage
import Seeding
import Storage
import TestSupport
import Testing

/// The cost of a list is bounded, however many rows it could read.
@Suite(.enabled(if: !TestEngine.isPostgres, "the test counts the steps of SQLite"))
struct BoundedWorkTests {
    /// Returns the number of SQLite steps that the statements of `body` take, after `insert` has added rows
    /// of each size.
    private func steps(
        _ sizes: [Int], insert: @escaping @Sendable (Int, any Connection) throws -> Void,
        of body: @escaping @Sendable (Community, Viewer) async throws -> Void
    ) async throws -> [Int] {
        try await TestCommunity.with { test in
            let sqlite = try #require(test.storage as? SQLiteStorage)
            let storage = CountingStorage(test.storage)
            let community = test.community(over: storage)
            try await Seed(accounts: 3000, posts: 3000, follows: 1).insert(into: test.community)
            let ada = try await test.member("ada")
            var steps: [Int] = []
            for size in sizes {
                try await test.storage.write { try insert(size, $0) }
                let statements = try await storage.statements(of: { try await body(community, ada) })
                var sum = 0
                for statement in statements { sum += try await sqlite.steps(of: statement) }
                steps.append(sum)
            }
            return steps
        }
    }

    private func expectBounded(_ steps: [Int]) throws {
        let (first, last) = (try #require(steps.first), try #require(steps.last))
        #expect(first > 1000, "there is enough to read: \(steps)")
        #expect(last * 10 < first * 12, "four times as many rows cost no more: \(steps)")
    }

    @Test func `a page of notifications reads a bounded number of each kind`() async throws {
        try expectBounded(
            try await steps([700, 2800]) { size, connection in
                try connection.run("DELETE FROM notifications")
                for kind in ["like", "follow"] {
                    try connection.run(
                        """
                        INSERT INTO notifications (id, account_id, actor_id, kind, post_id)
                        SELECT p.id + \(kind == "like" ? 0 : 1), a.id, p.author_id, \(kind), p.id
                        FROM accounts a CROSS JOIN (SELECT * FROM posts ORDER BY id LIMIT \(size)) p
                        WHERE a.username = 'ada'
                        """)
                }
            } of: { community, ada in
                _ = try await community.notifications.all(for: ada, page: .first)
            })
    }

    @Test func `counting unread notifications is bounded when all of them are hidden`() async throws {
        try expectBounded(
            try await steps([1500, 6000]) { size, connection in
                try connection.run("DELETE FROM notifications")
                try connection.run("UPDATE accounts SET is_private = 1 WHERE username <> 'ada'")
                try connection.run(
                    """
                    INSERT INTO notifications (id, account_id, actor_id, kind, post_id)
                    SELECT p.id + n.step, a.id, p.author_id, 'mention', p.id
                    FROM accounts a CROSS JOIN (SELECT 0 AS step UNION ALL SELECT 1) n
                    CROSS JOIN (SELECT * FROM posts ORDER BY id LIMIT \(size / 2)) p
                    WHERE a.username = 'ada'
                    """)
            } of: { community, ada in
                // Clears the cached count first.
                try await community.notifications.markRead(by: ada)
                try await community.storage.write { try $0.run("UPDATE accounts SET seen_notification = 0") }
                _ = try await community.notifications.unreadCount(for: ada)
            })
    }

    @Test func `suggestions read a bounded number of follows`() async throws {
        try expectBounded(
            try await steps([200, 800]) { size, connection in
                try connection.run(
                    """
                    DELETE FROM follows WHERE follower_id IN (SELECT id FROM accounts WHERE username = 'ada')
                        OR follower_id IN (SELECT id FROM accounts ORDER BY id LIMIT 10)
                    """)
                try connection.run(
                    """
                    INSERT INTO follows (id, follower_id, followee_id)
                    SELECT f.id + 1 + e.place, f.id, e.id
                    FROM (SELECT id FROM accounts ORDER BY id LIMIT 10) f
                    CROSS JOIN (
                        SELECT id, row_number() OVER (ORDER BY id) * 4096 AS place FROM accounts
                        ORDER BY id LIMIT \(size) OFFSET 20) e
                    """)
                try connection.run(
                    """
                    INSERT INTO follows (id, follower_id, followee_id)
                    SELECT f.id + 2, a.id, f.id
                    FROM accounts a CROSS JOIN (SELECT id FROM accounts ORDER BY id LIMIT 10) f
                    WHERE a.username = 'ada'
                    """)
            } of: { community, ada in
                let found = try await community.explore.suggestions(for: ada, limit: 5)
                #expect(found.count == 5)
            })
    }

    @Test func `searching for words that every post has reads only the newest posts`() async throws {
        try expectBounded(
            try await steps([1, 5]) { copies, connection in
                try connection.run("DELETE FROM post_search")
                for _ in 1..<copies {
                    try connection.run(
                        """
                        INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
                        SELECT (SELECT max(id) FROM posts) + row_number() OVER (ORDER BY id), author_id,
                            '', '', 0, 0
                        FROM (SELECT id, author_id FROM posts ORDER BY id LIMIT 3000)
                        """)
                }
                try connection.run(
                    """
                    INSERT INTO post_search (rowid, caption, alt_texts)
                    SELECT id, 'harbour', 'harbour' FROM posts
                    """)
            } of: { community, ada in
                let found = try await community.search.posts(SearchQuery("harb"), for: ada, page: .first)
                    .items
                #expect(found.count == 20)
            })
    }

    @Test
    func
        `finding tags by their beginning is bounded for any number of tags and of posts with them`()
        async throws
    {
        try expectBounded(
            try await steps([700, 2800]) { size, connection in
                try connection.run("DELETE FROM post_tags")
                try connection.run(
                    """
                    INSERT INTO post_tags (tag, post_id)
                    SELECT 'sun', id FROM (SELECT id FROM posts ORDER BY id LIMIT \(size))
                    UNION ALL SELECT 'sun' || id, id FROM (SELECT id FROM posts ORDER BY id LIMIT \(size))
                    """)
            } of: { community, ada in
                let found = try await community.search.tags(SearchQuery("su"), for: ada, page: .first).items
                #expect(
                    found.first == TagCount(tag: "sun", postsCount: Search.tagCountLimit) && found.count == 20
                )
            })
    }
}
