import Foundation
import SQLiteStorage
import Storage
import StorageContract
import TestSupport
import Testing

struct SQLiteStorageTests {
    @Test(arguments: StorageContract.requirements)
    func `in a file, the storage fulfils the contract`(_ requirement: StorageContract.Requirement)
        async throws
    {
        try await Fixtures.withFolder { folder in
            let storage = try SQLiteStorage(path: folder + "/test.sqlite")
            try await requirement.check(storage)
            try await storage.close()
        }
    }

    @Test(arguments: StorageContract.requirements)
    func `in memory, the storage fulfils the contract`(_ requirement: StorageContract.Requirement)
        async throws
    {
        let storage = try SQLiteStorage()
        try await requirement.check(storage)
        try await storage.close()
    }

    @Test func `the writer waits for the disk, and the safety settings are set`() async throws {
        try await Fixtures.withFolder { folder in
            let storage = try SQLiteStorage(path: folder + "/test.sqlite")
            let values = try await storage.write { connection in
                [
                    try connection.int("PRAGMA synchronous"), try connection.int("PRAGMA foreign_keys"),
                    try connection.int("PRAGMA trusted_schema"), try connection.int("PRAGMA secure_delete"),
                    try connection.int("PRAGMA journal_size_limit"),
                    try connection.int("PRAGMA busy_timeout"),
                ]
            }
            #expect(values == [2, 1, 0, 1, 67_108_864, 5000])
            #expect(try await storage.read { try $0.row("PRAGMA journal_mode") { $0.text() } } == "wal")
            try await storage.close()
        }
    }

    @Test func `full-text search is available`() async throws {
        let storage = try SQLiteStorage()
        try await storage.write { try $0.script("CREATE VIRTUAL TABLE words USING fts5(text)") }
        try await storage.close()
    }

    @Test func `a backup is a complete database`() async throws {
        try await Fixtures.withFolder { folder in
            let storage = try SQLiteStorage(path: folder + "/test.sqlite")
            try await storage.write { connection in
                try connection.script("CREATE TABLE things (id INTEGER)")
                try connection.run("INSERT INTO things (id) VALUES (\(7))")
            }
            try await storage.backup(to: folder + "/copy.sqlite")
            let copy = try SQLiteStorage(path: folder + "/copy.sqlite")
            #expect(try await copy.read { try $0.int("SELECT id FROM things") } == 7)
            try await copy.close()
            try await storage.close()
        }
    }

    @Test func `a file that is not a database is refused with a clear message`() async throws {
        try await Fixtures.withFolder { folder in
            try Data(repeating: 65, count: 4096).write(to: URL(fileURLWithPath: folder + "/test.sqlite"))
            let error = #expect(throws: StorageError.self) {
                try SQLiteStorage(path: folder + "/test.sqlite")
            }
            #expect(error?.description.contains("damaged or is not a database") == true)
        }
    }

    @Test func `only one process at a time can lock a data directory`() async throws {
        try await Fixtures.withFolder { folder in
            let lock = try DataDirectoryLock(folder: folder)
            withExtendedLifetime(lock) {
                let error = #expect(throws: StorageError.self) { try DataDirectoryLock(folder: folder) }
                #expect(error?.description.contains("in use by process \(getpid())") == true)
            }
            #expect(throws: StorageError.self) { try DataDirectoryLock(folder: folder + "/missing") }
        }
    }

    @Test
    func `a purge fails as busy while a reader blocks it, and otherwise empties the write-ahead log`()
        async throws
    {
        try await Fixtures.withFolder { folder in
            let storage = try SQLiteStorage(path: folder + "/test.sqlite")
            try await storage.write { try $0.script("CREATE TABLE words (word TEXT)") }
            try await storage.write { try $0.run("INSERT INTO words (word) VALUES ('zanzibar')") }
            let (readStarts, readStarted) = AsyncStream.makeStream(of: Void.self)
            let endOfRead = DispatchSemaphore(value: 0)
            let reading = Task {
                try await storage.read { connection in
                    let count = try connection.int("SELECT count(*) FROM words")
                    readStarted.yield()
                    endOfRead.wait()
                    return count
                }
            }
            for await _ in readStarts { break }
            try await storage.write { try $0.run("DELETE FROM words") }
            await #expect(throws: StorageError.busy) { try await storage.purge([]) }
            endOfRead.signal()
            #expect(try await reading.value == 1)
            try await storage.purge([])
            let log = try Data(contentsOf: URL(fileURLWithPath: folder + "/test.sqlite-wal"))
            #expect(log.isEmpty)
            try await storage.close()
        }
    }

    @Test func `a change that needs more space than there is leaves nothing behind`() async throws {
        try await Fixtures.withFolder { folder in
            let storage = try SQLiteStorage(path: folder + "/test.sqlite")
            try await storage.write { connection in
                try connection.script("CREATE TABLE things (id INTEGER PRIMARY KEY, text TEXT)")
                try connection.run("INSERT INTO things VALUES (1, 'a')")
                try connection.script("PRAGMA max_page_count = 3")
            }
            let long = String(repeating: "x", count: 100_000)
            await #expect(throws: StorageError.full) {
                try await storage.write { connection in
                    try connection.run("UPDATE things SET text = 'b' WHERE id = 1")
                    try connection.run("INSERT INTO things VALUES (2, \(long))")
                }
            }
            #expect(try await storage.read { try $0.rows("SELECT text FROM things") { $0.text() } } == ["a"])
            // There is space again.
            try await storage.write { try $0.script("PRAGMA max_page_count = 1000") }
            try await storage.write { try $0.run("INSERT INTO things VALUES (2, \(long))") }
            #expect(try await storage.read { try $0.int("SELECT count(*) FROM things") } == 2)
            try await storage.close()
        }
    }

    @Test func `every storage error has its own message`() {
        let errors: [StorageError] = [
            .unique("a.b"), .foreignKey, .constraint("c"), .busy, .full, .readOnly, .closed, .damaged("d"),
            .migration("e"), .locked("f"), .other("g"),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
    }

    @Test func `the binds of fragments are renumbered`() {
        let name = "x"
        let fragment: SQL = "b = \(2) AND c = \(name)"
        let whole: SQL = "SELECT 1 WHERE a = \(1) AND \(fragment) AND d IN \(list: [4], .postgres)"
        #expect(
            whole.text
                == """
                SELECT 1 WHERE a = $1 AND b = $2 AND c = $3 AND d IN \
                (SELECT CAST(value AS BIGINT) FROM \
                json_array_elements_text(CAST($4 AS json)) AS list (value))
                """)
        #expect(whole.binds == [.int(1), .int(2), .text("x"), .text("[4]")])
    }
}
