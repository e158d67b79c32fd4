import Storage
import Testing

/// The contract of all storage engines. The test suite of each engine checks all ``requirements``.
package enum StorageContract {

    package struct Requirement: Sendable, CustomTestStringConvertible {
        package let testDescription: String
        package let check: @Sendable (any Storage) async throws -> Void
    }

    package static let requirements: [Requirement] = [
        Requirement(testDescription: "a write that throws changes nothing", check: rollback),
        Requirement(testDescription: "every kind of value is read as it was written", check: values),
        Requirement(testDescription: "a duplicate of a unique value is reported", check: uniqueness),
        Requirement(testDescription: "a row cannot refer to a row that does not exist", check: references),
        Requirement(testDescription: "results of expressions are read as numbers", check: expressions),
        Requirement(testDescription: "nil is bound as NULL of its kind", check: nulls),
        Requirement(testDescription: "run returns how many rows changed", check: changes),
        Requirement(testDescription: "a list of any length is one bind", check: lists),
        Requirement(testDescription: "a read cannot write", check: readOnly),
        Requirement(testDescription: "concurrent writes lose no update", check: concurrentWrites),
        Requirement(testDescription: "migrations run once, in order", check: migrations),
        Requirement(
            testDescription: "migrations run once even if several processes start together",
            check: concurrentMigrations),
        Requirement(
            testDescription: "a migration that was edited after it ran is refused", check: editedMigration),
        Requirement(testDescription: "a migration that fails changes nothing", check: failedMigration),
        Requirement(testDescription: "a database newer than the program is refused", check: newerDatabase),
        Requirement(testDescription: "invalid SQL is an error", check: invalidSQL),
    ]

    private static func table(_ storage: any Storage) async throws {
        try await storage.write { connection in
            try connection.script(
                "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size INTEGER)")
        }
    }

    private static func count(_ storage: any Storage) async throws -> Int64 {
        try await storage.read { try $0.int("SELECT count(*) FROM things") ?? -1 }
    }

    private static func rollback(_ storage: any Storage) async throws {
        struct Stop: Error {}
        try await table(storage)
        await #expect(throws: Stop.self) {
            try await storage.write { connection in
                try connection.run("INSERT INTO things (id) VALUES (\(1 as Int64))")
                throw Stop()
            }
        }
        #expect(try await count(storage) == 0)
    }

    private static func values(_ storage: any Storage) async throws {
        let blob = storage.dialect == .sqlite ? "BLOB" : "BYTEA"
        let integer = storage.dialect == .sqlite ? "INTEGER" : "BIGINT"
        try await storage.write { connection in
            try connection.script(
                """
                CREATE TABLE kinds (
                    i \(integer), d DOUBLE PRECISION, t TEXT, b \(blob), n TEXT, y \(integer)
                )
                """)
        }
        let long = String(repeating: "ä", count: 100_000)
        for (number, text, bytes) in [
            (Int64.min, "", [UInt8]()), (Int64.max, "👩‍👩‍👧 $1 ? ' \" \\", [0, 255, 0]),
            (0, long, Array(repeating: 7, count: 70_000)),
        ] {
            try await storage.write { connection in
                try connection.run("DELETE FROM kinds")
                try connection.run(
                    """
                    INSERT INTO kinds (i, d, t, b, n, y) VALUES (\(number), \(0.5), \(text), \(bytes), \
                    \(nil as String?), \(true))
                    """)
            }
            let same = try await storage.read { connection in
                try connection.row(
                    "SELECT i, d, t, b, n, n, y, i FROM kinds WHERE i = \(number) AND t = \(text)"
                ) { row in
                    row.int() == number && row.double() == 0.5 && row.text() == text && row.bytes() == bytes
                        && row.textOrNil() == nil && row.bind(.text) == .null(.text) && row.bool()
                        && row.intOrNil() == number
                }
            }
            #expect(same == true)
        }
    }

    private static func uniqueness(_ storage: any Storage) async throws {
        try await table(storage)
        let insert: @Sendable (any Connection) throws -> Void = { connection in
            let id = try connection.int("SELECT count(*) FROM things")
            try connection.run("INSERT INTO things (id, name) VALUES (\(id), \("one"))")
        }
        try await storage.write(insert)
        await #expect(throws: StorageError.unique("things.name")) { try await storage.write(insert) }
        let added = try await storage.write {
            try $0.run("INSERT INTO things (id, name) VALUES (\(2), \("one")) ON CONFLICT DO NOTHING")
        }
        #expect(added == 0)
    }

    private static func references(_ storage: any Storage) async throws {
        try await table(storage)
        try await storage.write { connection in
            try connection.script("CREATE TABLE parts (thing INTEGER NOT NULL REFERENCES things (id))")
        }
        await #expect(throws: StorageError.foreignKey) {
            try await storage.write { try $0.run("INSERT INTO parts (thing) VALUES (\(9 as Int64))") }
        }
    }

    private static func expressions(_ storage: any Storage) async throws {
        try await table(storage)
        let numbers = try await storage.write { connection in
            for id in 1...3 { try connection.run("INSERT INTO things (id, size) VALUES (\(id), \(-2 * id))") }
            return try connection.row(
                """
                SELECT count(*), sum(size), max(id), EXISTS (SELECT 1 FROM things WHERE id = \(2)), 1, \(7),
                    min(name), EXISTS (SELECT 1 FROM things WHERE id = \(9)), size + \(1)
                FROM things GROUP BY size ORDER BY size
                """
            ) { row in (0..<9).map { _ in row.int() } }
        }
        #expect(numbers == [1, -6, 3, 1, 1, 7, 0, 0, -5])
        #expect(try await storage.read { try $0.int("SELECT max(size) FROM things WHERE id > \(5)") } == 0)
    }

    private static func nulls(_ storage: any Storage) async throws {
        try await table(storage)
        let count = try await storage.write { connection in
            for (id, name) in [(1 as Int64?, "a" as String?), (2, nil)] {
                try connection.run(
                    "INSERT INTO things (id, name, size) VALUES (\(id), \(name), \(nil as Int?))")
            }
            return try [nil, 2].map { (id: Int64?) in
                try connection.int("SELECT count(*) FROM things WHERE \(id) IS NULL OR id = \(id)")
            }
        }
        #expect(count == [2, 1])
    }

    private static func changes(_ storage: any Storage) async throws {
        try await table(storage)
        let counts = try await storage.write { connection in
            for (id, name) in ["a", "b", "c"].enumerated() {
                try connection.run("INSERT INTO things (id, name) VALUES (\(id), \(name))")
            }
            return [
                try connection.run("UPDATE things SET size = \(1 as Int64)"),
                try connection.run("DELETE FROM things WHERE name = \("zzz")"),
                try connection.run("DELETE FROM things WHERE name <> \("a")"),
            ]
        }
        #expect(counts == [3, 0, 2])
        #expect(try await storage.read { try $0.exists("SELECT 1 FROM things WHERE name = \("a")") })
    }

    private static func lists(_ storage: any Storage) async throws {
        try await table(storage)
        let dialect = storage.dialect
        let found = try await storage.write { connection in
            for id in Int64(1)...20 { try connection.run("INSERT INTO things (id) VALUES (\(id))") }
            return try [[], [3], Array(5...500)].map { (ids: [Int64]) in
                try connection.int(
                    "SELECT count(*) FROM things WHERE id > \(0) AND id IN \(list: ids, dialect)")
            }
        }
        #expect(found == [0, 1, 16])
    }

    private static func readOnly(_ storage: any Storage) async throws {
        try await table(storage)
        await #expect(throws: StorageError.readOnly) {
            try await storage.read { try $0.run("INSERT INTO things (id) VALUES (\(1))") }
        }
    }

    private static func concurrentWrites(_ storage: any Storage) async throws {
        try await table(storage)
        try await storage.write { try $0.run("INSERT INTO things (id, size) VALUES (\(1), \(0))") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await storage.write { connection in
                        let size = try connection.int("SELECT size FROM things WHERE id = \(1)") ?? 0
                        try connection.run("UPDATE things SET size = \(size + 1) WHERE id = \(1)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await storage.read { try $0.int("SELECT size FROM things") } == 50)
    }

    private static let first = Migration(number: 1, name: "one") { _ in "CREATE TABLE one (id INTEGER)" }
    private static let second = Migration(number: 2, name: "two") { _ in "CREATE TABLE two (id INTEGER)" }

    private static func migrations(_ storage: any Storage) async throws {
        #expect(try await Migrations.run([first], on: storage) == 1)
        #expect(try await Migrations.run([first, second], on: storage) == 1)
        #expect(try await Migrations.run([first, second], on: storage) == 0)
        try await storage.write { connection in
            try connection.run("INSERT INTO one (id) VALUES (\(1))")
            try connection.run("INSERT INTO two (id) VALUES (\(1))")
        }
        await #expect(throws: StorageError.self) { try await Migrations.run([second], on: storage) }
    }

    private static func concurrentMigrations(_ storage: any Storage) async throws {
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try await Migrations.run([first, second], on: storage) } }
            return try await group.reduce(0, +)
        }
        #expect(count == 2)
    }

    private static func editedMigration(_ storage: any Storage) async throws {
        try await Migrations.run([first], on: storage)
        let edited = Migration(number: 1, name: "one") { _ in "CREATE TABLE one (id INTEGER, more TEXT)" }
        let error = await #expect(throws: StorageError.self) {
            try await Migrations.run([edited, second], on: storage)
        }
        #expect(error?.description.contains("Migration 1 “one” differs") == true)
    }

    private static func failedMigration(_ storage: any Storage) async throws {
        let broken = Migration(number: 2, name: "broken") { _ in
            "CREATE TABLE two (id INTEGER); CREATE NONSENSE"
        }
        await #expect(throws: StorageError.self) { try await Migrations.run([first, broken], on: storage) }
        #expect(try await Migrations.run([first, second], on: storage) == 1)
    }

    private static func newerDatabase(_ storage: any Storage) async throws {
        try await Migrations.run([first, second], on: storage)
        let error = await #expect(throws: StorageError.self) {
            try await Migrations.run([first], on: storage)
        }
        #expect(error?.description.contains("newer version") == true)
    }

    private static func invalidSQL(_ storage: any Storage) async throws {
        await #expect(throws: StorageError.self) {
            try await storage.read { try $0.int("SELECT nothing FROM nowhere") }
        }
    }
}
