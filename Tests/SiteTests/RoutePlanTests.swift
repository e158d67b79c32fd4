import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQLiteStorage
import Storage
import TestSupport
import Testing
import Web

@testable import App

/// Explains the SQL of every page and list of the site, over a community of 20,000 accounts and 100,000
/// posts.
struct RoutePlanTests {
    /// Tables that grow with the community. A scan of one of them takes longer from year to year.
    private static let large: Set<String> = [
        "accounts", "posts", "photos", "likes", "comments", "comment_likes", "follows", "notifications",
        "saves", "post_tags", "post_search", "account_search",
    ]

    @Test(.timeLimit(.minutes(15)))
    func `no page and no list scans a large table`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada, "a lake #tag1 @p7")
            let token = try await test.community.credentials.createToken(name: "x", scopes: .all, by: ada)
            try await Self.insertLargeCommunity(around: ada, into: test.storage)
            let storage = CountingStorage(test.storage)
            let site = try #require(Site(baseURL: "http://localhost"))
            let application = SiteApplication(
                community: test.community(over: storage), site: site, uploads: test.uploads,
                logger: QuietLogHandler.logger("plans"))
            let paths = Self.paths(of: application.routes, post: post)
            #expect(paths.count > 40)
            let listening = application.listening(on: "127.0.0.1", port: 0)
            try await listening.test(.router) { client in
                var explained: Set<String> = []
                for path in paths {
                    for headers in [[:], [.authorization: "Bearer \(token.secret.text)"]] as [HTTPFields] {
                        let statements = try await storage.statements(of: {
                            let status = try await client.execute(uri: path, method: .get, headers: headers) {
                                $0.status
                            }
                            #expect(status.code < 500, "\(path)")
                        })
                        for statement in statements where explained.insert(statement.text).inserted {
                            for scan in try await Self.scans(in: statement, of: test.storage) {
                                Issue.record("\(path) scans \(scan) with: \(statement.text)")
                            }
                        }
                    }
                }
                #expect(explained.count > 40, "the pages read the database")
            }
            let scan: SQL = "SELECT 1 FROM posts p WHERE p.caption = \("x")"
            #expect(try await Self.scans(in: scan, of: test.storage) == ["posts"], "a scan is detected")
        }
    }

    /// The paths of all pages and lists, with parameters that exist.
    private static func paths(of routes: [Route], post: Post) -> [String] {
        let values = [
            "{username}": "p7", "{id}": post.id.description, "{code}": post.id.code, "{tag}": "tag1",
        ]
        let paths = routes.filter { $0.method == .get }.map(\.path.description)
        // Photos, events and the export of everything are no pages.
        let left = ["/media", "/api/events", "/api/me/export", "/settings/export", "/assets"]
        let filled = paths.filter { path in !left.contains { path.hasPrefix($0) } }.map { path in
            values.reduce(path) { $0.replacing($1.key, with: $1.value) }
        }.filter { !$0.contains("{") }
        let searches = ["users", "tags", "posts"].flatMap { type in
            ["ta", "lake", "from:p7 lake", "from:p7", "#tag1", "#tag1 #tag2", "lake #tag1"].flatMap { text in
                let query = text.replacing(" ", with: "+").replacing("#", with: "%23").replacing(
                    ":", with: "%3A")
                return ["/api/search?type=\(type)&q=\(query)", "/search?type=\(type)&q=\(query)"]
            }
        }
        let cursors = ["users-1-5-700", "posts-0-500000", "posts-1-500000", "tags-5-YQ"].flatMap { cursor in
            ["ta", "lake", "from%3Ap7+lake"].map { text in
                "/api/search?type=\(cursor.prefix { $0 != "-" })&q=\(text)&cursor=search-\(cursor)"
            }
        }
        return filled + searches + cursors + filled.filter { $0.hasPrefix("/api/") }.map { $0 + "?limit=100" }
    }

    /// The large tables that a statement reads from beginning to end.
    private static func scans(in statement: SQL, of storage: any Storage) async throws -> [String] {
        if let sqlite = storage as? SQLiteStorage {
            let names = aliases(in: statement.text)
            return try await sqlite.plan(of: statement).compactMap { step in
                // Plans say “scan” for each use of FTS5, and then how it is used: M for words, = for an id.
                guard step.hasPrefix("SCAN "), !step.contains(#/VIRTUAL TABLE INDEX \d+:[M=]/#) else {
                    return nil
                }
                let words = step.split(separator: " ").map(String.init)
                guard words.count > 1, let table = names[words[1]], large.contains(table) else { return nil }
                return table
            }
        }
        let plan = try await storage.read { connection in
            try connection.rows("EXPLAIN \(statement)") { $0.text() }
        }
        return plan.compactMap { line in
            guard let found = line.firstMatch(of: #/Seq Scan on (\w+)/#) else { return nil }
            // For thousands of notifications, PostgreSQL rightly reads the 20,000 accounts once instead of
            // looking each one up.
            let table = String(found.1)
            return large.contains(table) && table != "accounts" ? table : nil
        }
    }

    /// The table that each alias of a statement stands for; a table stands for itself too.
    private static func aliases(in text: String) -> [String: String] {
        var tables = Dictionary(uniqueKeysWithValues: large.map { ($0, $0) })
        for match in text.matches(of: #/(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?([a-z]\w*)/#)
        where large.contains(String(match.1)) {
            tables[String(match.2)] = String(match.1)
        }
        return tables
    }

    // MARK: - Data

    /// Inserts the community by SQL, in a few statements. Ids start at 1, below those of members of the test.
    private static func insertLargeCommunity(around viewer: Viewer, into storage: any Storage) async throws {
        let me = viewer.id
        let statements: [SQL] = [
            """
            INSERT INTO accounts (id, username, email, full_name, password_hash, created_at, updated_at)
            \(series(20_000)) SELECT i, 'p' || i, 'p' || i || '@example.org', 'Person ' || i, '-', 0, 0 FROM n
            """,
            """
            INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
            \(series(100_000)) SELECT 10 * i, 1 + i % 20000, 'A lake ' || i, '', i, i FROM n
            """,
            """
            INSERT INTO photos (id, account_id, post_id, position, files, file_type, width, height, alt_text,
                blurhash, renditions, created_at, files_since)
            \(series(100_000)) SELECT i, 1 + i % 20000, 10 * i, 0, 'ab/' || i, 'jpg', 4000, 3000, '',
                'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '1440x1080', i, i FROM n
            """,
            """
            INSERT INTO follows (id, follower_id, followee_id) \(series(100_000))
            SELECT i, 1 + i % 20000, 1 + (i + 1 + i / 20000) % 20000 FROM n
            """,
            """
            INSERT INTO follows (id, follower_id, followee_id) \(series(100))
            SELECT 1000000 + i, \(me), 7 * i FROM n
            """,
            """
            INSERT INTO likes (id, post_id, account_id) \(series(100_000))
            SELECT i, 10 * i, 1 + (i * 31) % 20000 FROM n
            """,
            """
            INSERT INTO saves (id, account_id, post_id) \(series(100_000))
            SELECT i, 1 + (i * 17) % 20000, 10 * i FROM n
            """,
            """
            INSERT INTO comments (id, post_id, author_id, text, created_at) \(series(100_000))
            SELECT i, 10 * i, 1 + (i * 13) % 20000, 'nice', i FROM n
            """,
            """
            INSERT INTO comment_likes (id, comment_id, account_id) \(series(100_000))
            SELECT i, i, 1 + (i * 29) % 20000 FROM n
            """,
            """
            INSERT INTO notifications (id, account_id, actor_id, kind, post_id) \(series(100_000))
            SELECT i, 1 + i % 20000, 1 + (i * 31) % 20000, 'like', 10 * i FROM n
            """,
            """
            INSERT INTO notifications (id, account_id, actor_id, kind, post_id) \(series(500))
            SELECT 1000000 + i, \(me), i, 'like', 10 * i FROM n
            """,
            """
            INSERT INTO post_tags (tag, post_id) \(series(100_000)) SELECT 'tag' || i % 1000, 10 * i FROM n
            """,
            """
            UPDATE posts SET likes_count = 1, comments_count = 1
            """,
        ]
        let isPostgres = storage.dialect == .postgres
        let searchEntries: [SQL] =
            isPostgres
            ? [
                """
                INSERT INTO post_search (post_id, document)
                SELECT id, CAST('''a'':1A ''lake'':2A ''' || id || ''':3A' AS tsvector)
                FROM posts WHERE id < \(me)
                """,
                """
                INSERT INTO account_search (account_id, document)
                SELECT id, CAST('''' || username || ''':1A' AS tsvector) FROM accounts WHERE id < \(me)
                """,
            ]
            : [
                """
                INSERT INTO post_search (rowid, caption, alt_texts)
                SELECT id, 'a lake ' || id, '' FROM posts WHERE id < \(me)
                """,
                """
                INSERT INTO account_search (rowid, username, full_name)
                SELECT id, username, '' FROM accounts WHERE id < \(me)
                """,
            ]
        try await storage.write { connection in
            // Nothing here breaks a foreign key, and checking a million of them takes a minute.
            if isPostgres { try connection.script("SET LOCAL session_replication_role = replica") }
            for statement in statements + searchEntries { try connection.run(statement) }
        }
        // PostgreSQL collects statistics by itself, some time after an insert.
        if isPostgres { try await storage.write { try $0.script("ANALYZE") } }
    }

    /// The numbers from 1 to `count`, as `n (i)`.
    private static func series(_ count: Int) -> SQL {
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
        """
    }
}
