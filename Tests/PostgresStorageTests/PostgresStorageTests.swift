import PostgresStorage
import Storage
import StorageContract
import Synchronization
import TestSupport
import Testing

struct PostgresStorageTests {
    /// Runs `body` with a storage in its own schema.
    private func with(
        _ options: PostgresOptions = .patient, settings: [String: String] = [:],
        _ body: (PostgresStorage) async throws -> Void
    ) async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            let url = server.url(settings.merging(schema) { $1 })
            let storage = try await PostgresStorage(url: url, options: options)
            do { try await body(storage) } catch {
                try await storage.close()
                throw error
            }
            try await storage.close()
        }
    }

    private var unprepared: PostgresOptions {
        var options = PostgresOptions.patient
        options.preparesStatements = false
        return options
    }

    @Test(arguments: StorageContract.requirements)
    func `with prepared statements, the storage fulfils the contract`(
        _ requirement: StorageContract.Requirement
    )
        async throws
    {
        try await with { try await requirement.check($0) }
    }

    @Test(arguments: StorageContract.requirements)
    func `without prepared statements, the storage fulfils the contract`(
        _ requirement: StorageContract.Requirement
    )
        async throws
    {
        try await with(unprepared) { try await requirement.check($0) }
    }

    @Test(arguments: [true, false])
    func `a purge removes deleted rows from their tables and leaves the connection unchanged`(
        _ isPrepared: Bool
    ) async throws {
        var options = isPrepared ? PostgresOptions.patient : unprepared
        options.connections = 1
        try await with(options) { storage in
            try await storage.write { try $0.script("CREATE TABLE words (word TEXT)") }
            try await storage.write { try $0.run("INSERT INTO words (word) VALUES ('zanzibar')") }
            let limit: @Sendable (any Connection) throws -> String? = { connection in
                try connection.row("SELECT current_setting('statement_timeout')") { $0.text() }
            }
            let before = try await storage.read(limit)
            try await storage.write { try $0.run("DELETE FROM words") }
            try await storage.purge(["words"])
            let vacuumed = try await storage.read { connection in
                try connection.int(
                    """
                    SELECT vacuum_count FROM pg_stat_user_tables
                    WHERE relname = 'words' AND schemaname = current_schema()
                    """)
            }
            #expect(vacuumed == 1)
            #expect(try await storage.read(limit) == before && before == "5min")
            await #expect(throws: StorageError.self) { try await storage.purge(["missing"]) }
            #expect(try await storage.read(limit) == before)
        }
    }

    @Test func `a write runs again with a new id if another instance has created the same id`() async throws {
        try await with { storage in
            try await storage.write { try $0.script("CREATE TABLE things (id BIGINT PRIMARY KEY)") }
            try await storage.write { try $0.run("INSERT INTO things (id) VALUES (\(7))") }
            let tries = Mutex(0)
            try await storage.write { connection in
                let attempt = tries.withLock { count in
                    count += 1
                    return count
                }
                try connection.run("INSERT INTO things (id) VALUES (\(attempt == 1 ? 7 : 8))")
            }
            #expect(tries.withLock { $0 } == 2)
            #expect(try await storage.read { try $0.int("SELECT count(*) FROM things") } == 2)
        }
    }

    @Test func `instances that start at the same time run each migration once`() async throws {
        let migrations = (1...5).map { number in
            Migration(number: number, name: "\(number)") { _ in
                "CREATE TABLE t\(number) (id BIGINT); SELECT pg_sleep(0.02)"
            }
        }
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            let count = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let storage = try await PostgresStorage(url: server.url(schema), options: .patient)
                        let count = try await Migrations.run(migrations, on: storage)
                        try await storage.close()
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(count == 5)
        }
    }

    @Test func `concurrent writes have the same result as writes one after another`() async throws {
        try await with { storage in
            try await storage.write { try $0.script("CREATE TABLE guests (id BIGINT)") }
            // Each write counts the guests and adds one if there is room. Two that count at the same time
            // must not both add one.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<20 {
                    group.addTask {
                        try await storage.write { connection in
                            guard try connection.int("SELECT count(*) FROM guests") ?? 0 < 3 else { return }
                            try connection.run("INSERT INTO guests (id) VALUES (\(id))")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await storage.read { try $0.int("SELECT count(*) FROM guests") } == 3)
        }
    }

    @Test(arguments: [true, false])
    func `timeouts and safety settings are set in every transaction`(_ prepares: Bool) async throws {
        var options = PostgresOptions()
        options.preparesStatements = prepares
        try await with(options, settings: ["synchronous_commit": "off", "statement_timeout": "0"]) {
            storage in
            let settings = try await storage.write { connection in
                try connection.row(
                    """
                    SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                        current_setting('synchronous_commit'), current_setting('transaction_isolation'),
                        (SELECT count(*) FROM pg_prepared_statements)
                    """
                ) { row in (0..<5).map { _ in row.text() } }
            }
            #expect(settings == ["30s", "5s", "on", "serializable", prepares ? "1" : "0"])
            let reading = try await storage.read { connection in
                try connection.row("SHOW transaction_isolation") { $0.text() }
            }
            #expect(reading == "repeatable read")
            let alone = try await storage.writeExclusively { connection in
                try connection.row("SHOW statement_timeout") { $0.text() }
            }
            #expect(alone == "0")
        }
    }

    @Test func `a statement that takes too long or waits too long for a lock fails as busy`() async throws {
        let server = try await PostgresServer.shared()
        try await server.withSchema { schema in
            let storage = try await PostgresStorage(url: server.url(schema), options: .patient)
            var options = PostgresOptions.patient
            options.statementTimeout = .seconds(1)
            options.lockTimeout = .seconds(1)
            // Used only for statements that never end. Others may also take this long on a busy machine.
            let impatient = try await PostgresStorage(url: server.url(schema), options: options)
            await #expect(throws: StorageError.busy) {
                try await impatient.read { try $0.int("SELECT 1 FROM pg_sleep(3600)") }
            }
            try await storage.write { try $0.script("CREATE TABLE things (id BIGINT)") }
            let (locked, signalLock) = AsyncStream.makeStream(of: Void.self)
            let isFinished = Mutex(false)
            async let holder: Void = storage.write { connection in
                try connection.script("LOCK TABLE things")
                signalLock.finish()
                while !isFinished.withLock({ $0 }) { _ = try connection.int("SELECT 1") }
            }
            for await _ in locked {}
            await #expect(throws: StorageError.busy) {
                try await impatient.read { try $0.int("SELECT id FROM things") }
            }
            isFinished.withLock { $0 = true }
            try await holder
            try await impatient.close()
            try await storage.close()
        }
    }

    @Test func `statements run even if too many are prepared already`() async throws {
        try await with { storage in
            let sum = try await storage.read { connection in
                try (0..<600).reduce(0) { sum, number in
                    let statement: SQL = "SELECT \(number) AS a"
                    return sum + Int(try connection.int("\(statement)\(Self.padding(number))") ?? 0)
                }
            }
            #expect(sum == 599 * 300)
            #expect(
                try await storage.read { try $0.int("SELECT count(*) FROM pg_prepared_statements") } == 500)
        }
    }

    /// A condition whose text is different for each number.
    private static func padding(_ number: Int) -> SQL {
        (0..<10).reduce(" WHERE true") { text, bit in
            number >> bit & 1 == 1 ? "\(text) AND true" : "\(text) AND NOT false"
        }
    }

    @Test func `columns of other types can be read as every kind of value`() async throws {
        try await with { storage in
            let texts = try await storage.read { connection in
                let values = [
                    "1.5::numeric", "true", "false", "NULL", "'{\"a\": 1}'::jsonb", "'x'::name", "2.25::real",
                ]
                // Each column is selected four times, once for each kind.
                let columns = values.flatMap { Array(repeating: $0, count: 4) }.joined(separator: ", ")
                return try connection.row(SQL(stringLiteral: "SELECT \(columns)")) { row in
                    values.map { _ in "\(row.int()) \(row.double()) \(row.text()) \(row.bytes().count)" }
                }
            }
            #expect(
                texts == [
                    "1 1.5 1.5 3", "1 0.0 t 1", "0 0.0 f 1", "0 0.0  0", "0 0.0 {\"a\": 1} 8", "0 0.0 x 1",
                    "2 2.25 2.25 4",
                ])
        }
    }

    @Test func `a transaction with a failed statement cannot commit`() async throws {
        try await with { storage in
            try await storage.write { try $0.script("CREATE TABLE things (number BIGINT PRIMARY KEY)") }
            await #expect(throws: StorageError.unique("things.number")) {
                try await storage.write { connection in
                    try connection.run("INSERT INTO things (number) VALUES (\(1))")
                    _ = try? connection.run("INSERT INTO things (number) VALUES (\(1))")
                }
            }
            #expect(try await storage.read { try $0.int("SELECT count(*) FROM things") } == 0)
        }
    }

    @Test func `errors of the server become storage errors that all engines share`() async throws {
        try await with { storage in
            try await storage.write { connection in
                try connection.script(
                    """
                    CREATE TABLE things (
                        id BIGINT PRIMARY KEY, size BIGINT NOT NULL CHECK (size > 0), short VARCHAR(2)
                    );
                    CREATE UNIQUE INDEX pairs ON things (size, short);
                    INSERT INTO things (id, size, short) VALUES (1, 1, 'a')
                    """)
            }
            func refusal(_ sql: SQL) async -> StorageError? {
                await #expect(throws: StorageError.self) { try await storage.write { try $0.run(sql) } }
            }
            let pair = await refusal("INSERT INTO things (id, size, short) VALUES (\(2), \(1), \("a"))")
            #expect(pair == .unique("things.size, things.short"))
            for sql: SQL in [
                "INSERT INTO things (id, size) VALUES (\(2), \(0))", "INSERT INTO things (id) VALUES (\(2))",
                "INSERT INTO things (id, size, short) VALUES (\(2), \(1), \("abc"))",
                "INSERT INTO things (id, size, short) VALUES (\(2), \(1), \("\0"))",
            ] {
                let error = await refusal(sql)
                if case .constraint = error { continue }
                Issue.record("\(String(describing: error))")
            }
        }
    }
}
