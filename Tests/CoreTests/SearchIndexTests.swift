import Core
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Core

/// The search indexes of existing databases, and their limits.
struct SearchIndexTests {
    private static let name = SearchIndexes.fact
    private static let current = String(SearchIndexes.version)

    private func fact(_ storage: any Storage) async throws -> String? {
        try await storage.read { try Facts.value(Self.name, in: $0) }
    }

    @Test func `the database of an earlier version finds its texts after the upgrade`() async throws {
        try await TestEngine.withStorage { storage in
            try await Migrations.run(Array(Schema.migrations.prefix(6)), on: storage)
            try await storage.write { connection in
                try connection.run(
                    """
                    INSERT INTO accounts (id, username, email, full_name, password_hash, created_at,
                        updated_at)
                    VALUES (1, 'ada', 'ada@example.org', '田中太郎', '-', 0, 0)
                    """)
                try connection.run(
                    """
                    INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
                    VALUES (2, 1, 'Straße 東京タワー #七五三 #Straße', '', 0, 0)
                    """)
                // As the earlier version indexed them.
                try connection.run("INSERT INTO post_tags (tag, post_id) VALUES ('straße', 2)")
                try connection.run(
                    connection.dialect == .sqlite
                        ? "INSERT INTO post_search (rowid, caption, alt_texts) VALUES (2, 'Straße 東京', '')"
                        : "INSERT INTO post_search (post_id, document) VALUES (2, CAST('Straße' AS tsvector))"
                )
            }
            #expect(try await fact(storage) == nil)
            let log = RecordingLogHandler()
            try await Community.migrate(storage, logger: Logger(label: "test") { _ in log })
            #expect(try await fact(storage) == Self.current)
            #expect(log.messages.first?.hasPrefix("Rebuilding the search indexes") == true)
            #expect(log.messages.last == "The search indexes are rebuilt")
            for text in ["京タ", "strasse", "東 straße"] {
                let (query, dialect) = (try SearchQuery(text), storage.dialect)
                let found = try await storage.read { connection in
                    let match = SearchRecords.posts(matching: query.words, after: nil, among: 9, dialect)
                    return try connection.rows("SELECT p.id FROM posts p \(match.join)") { $0.int() }
                }
                #expect(found == [2], "\(text)")
            }
            let count = log.messages.count
            try await Community.migrate(storage, logger: Logger(label: "test") { _ in log })
            #expect(log.messages.count == count, "nothing is rebuilt at the next start")
            let tags = try await storage.read { connection in
                try connection.rows("SELECT tag FROM post_tags ORDER BY tag") { $0.text() }
            }
            #expect(Set(tags) == ["strasse", "七五三"])
        }
    }

    @Test func `indexes of another version are rebuilt at the start`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts([SearchedText(caption: "a lake")], by: ada)
            for stored in ["0", "0 posts 5", "x", "\(Self.current) x 1", "\(Self.current) posts x"] {
                try await test.storage.write { connection in
                    for id in ids { try SearchRecords.delete(id, in: connection) }
                    try SearchRecords.delete(ada.id, in: connection)
                    try Facts.set(Self.name, to: stored, in: connection)
                }
                #expect(try await test.findPosts(SearchQuery("lake")) == [])
                try await Community.migrate(test.storage)
                #expect(try await test.findPosts(SearchQuery("lake")) == ids, "\(stored)")
                let people = try await test.community.search.people(SearchQuery("ad"), for: nil, page: .first)
                #expect(people.items.map(\.id) == [ada.id])
                #expect(try await fact(test.storage) == Self.current)
            }
        }
    }

    @Test func `a rebuild that was interrupted continues where it stopped`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts((0..<5).map { SearchedText(caption: "lake \($0)") }, by: ada)
            try await test.storage.write { connection in
                for id in ids { try SearchRecords.delete(id, in: connection) }
                try Facts.set(Self.name, to: "\(Self.current) posts \(ids[1])", in: connection)
            }
            var done: [Int] = []
            try await SearchIndexes(storage: test.storage).update { done.append($0.done) }
            #expect(done == [0, 3], "three posts were left")
            #expect(try await test.findPosts(SearchQuery("lake")) == Array(ids[2...].reversed()))
            try await SearchIndexes(storage: test.storage).update { _ in Issue.record("nothing is left") }
            try await SearchIndexes(storage: test.storage).rebuild()
            #expect(try await test.findPosts(SearchQuery("lake")) == ids.reversed())
        }
    }

    @Test func `a copy that was interrupted before its indexes were made makes them next time`() async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts([SearchedText(caption: "a lake")], by: ada)
            try await TestEngine.withStorage { target in
                try await Community.migrate(target)
                let task = Task {
                    try await StorageCopy(from: test.storage, to: target).run { progress in
                        if progress.step == "search" { withUnsafeCurrentTask { $0?.cancel() } }
                    }
                }
                _ = await task.result
                let last = try await StorageCopy(from: test.storage, to: target).run()
                #expect(last.map(\.changes).allSatisfy { $0 == 0 })
                let found = try await test.community(over: target).search.posts(
                    SearchQuery("lake"), for: nil, page: .first)
                #expect(found.items.map(\.id) == ids)
                #expect(try await fact(target) == Self.current)
            }
        }
    }

    @Test func `the longest texts are indexed, and both engines stop at the same term`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let kanji = (0..<2200).compactMap { Unicode.Scalar(0x4E00 + $0).map { String($0) } }.joined()
            let many = (0..<SearchDocument.termLimit).map { "w\($0)" }.joined(separator: " ")
            let repeated = String(repeating: "あ", count: SearchDocument.repetitionLimit + 10)
            let ids = try await test.insertPosts(
                [
                    SearchedText(caption: kanji),
                    SearchedText(caption: many, altText: "beyond the limit"),
                    SearchedText(caption: repeated + "い", altText: "end"),
                    SearchedText(caption: String(repeating: "x", count: 5000)),
                    SearchedText(caption: String(repeating: "\u{FDFA}", count: 11_000)),
                    SearchedText(caption: String(repeating: "क\u{94D}", count: 3000)),
                ], by: ada)
            let last = kanji.suffix(2)
            let expected: [(String, [ID<Post>])] = [
                (String(last), [ids[0]]), (String(last.suffix(1)), [ids[0]]),
                (String(kanji.prefix(200)), [ids[0]]),
                ("w0 w15999", [ids[1]]), ("w8000", [ids[1]]), ("beyond", []),
                ("end", [ids[2]]), ("ああ", [ids[2]]), ("い", [ids[2]]), ("あああ", [ids[2]]),
                // The last neighbours of the repeated character are beyond the limit.
                ("あい", [ids[2]]), ("ああい", []),
                (String(repeating: "x", count: 100), [ids[3]]),
                (String(repeating: "x", count: 150), [ids[3]]),
                (String(repeating: "x", count: 99) + "y", []), ("\u{FDFA}", [ids[4]]),
                (String(repeating: "क\u{94D}", count: 100), [ids[5]]),
            ]
            for (query, found) in expected {
                #expect(try await test.findPosts(SearchQuery(query)) == found, "\(query.prefix(20))")
            }
        }
    }
}

/// A log handler that stores messages.
private struct RecordingLogHandler: LogHandler {
    private final class Storage: Sendable { let messages = Mutex<[String]>([]) }

    private let storage = Storage()
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    var messages: [String] { storage.messages.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { storage.messages.withLock { $0.append("\(event.message)") } }
}
