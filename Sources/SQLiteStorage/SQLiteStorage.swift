import GRDB
import Storage

import struct Storage.SQL

/// Records in one SQLite file, through GRDB: one writer, readers beside it on snapshots (WAL).
package struct SQLiteStorage: Storage {
    package let dialect = Dialect.sqlite
    private let database: any DatabaseWriter

    /// Opens the file at `path`, or makes it.
    package init(path: String, readers: Int = 5) throws {
        do {
            let pool = try DatabasePool(path: path, configuration: Self.configuration(readers: readers))
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL when it opens a pool, which loses acknowledged rows in a power cut.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                guard synchronous == 2 else {
                    throw StorageError.other("synchronous is \(synchronous ?? -1) where 2 (FULL) was set")
                }
            }
            database = pool
        } catch {
            throw StorageError(error)
        }
    }

    /// A database in memory that ends with its last user; for tests.
    package init() throws {
        do {
            database = try DatabaseQueue(configuration: Self.configuration(readers: 1))
        } catch {
            throw StorageError(error)
        }
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        do {
            return try await database.read { try body(SQLiteConnection(database: $0)) }
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        do {
            return try await database.write { try body(SQLiteConnection(database: $0)) }
        } catch let error as DatabaseError {
            throw StorageError(error)
        }
    }

    /// Empties the write-ahead log; deleted rows are overwritten in the file itself (`secure_delete`).
    package func purge(_ tables: [String]) async throws {
        do {
            try await database.writeWithoutTransaction { database in
                if try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" {
                    // Hardly waits for readers, as all writes would wait with it: it is tried again.
                    try database.execute(sql: "PRAGMA busy_timeout = 100")
                    defer { try? database.execute(sql: "PRAGMA busy_timeout = \(Self.busyTimeout * 1000)") }
                    _ = try database.checkpoint(.truncate)
                }
            }
        } catch {
            throw StorageError(error)
        }
    }

    package func close() async throws {
        // Where a reader is in the way, the log stays, with all that was written safe in it.
        do { try await purge([]) } catch StorageError.busy {}
        do {
            try database.close()
        } catch {
            throw StorageError(error)
        }
    }

    /// Copies the whole database into a new file at `path` while it is in use, then checks the copy.
    package func backup(to path: String) async throws {
        do {
            let copy = try DatabaseQueue(path: path)
            try database.backup(to: copy)
            let verdict = try await copy.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
            try copy.close()
            guard verdict == "ok" else { throw StorageError.damaged(verdict ?? "no verdict on the copy") }
        } catch {
            throw StorageError(error)
        }
    }

    /// How the planner would run `sql`, a line a step; for tests of hot queries.
    package func plan(of sql: SQL) async throws -> [String] {
        try await database.read { database in
            let connection = SQLiteConnection(database: database)
            // Before the words stand three numbers.
            return try connection.rows("EXPLAIN QUERY PLAN \(sql)") { row in
                _ = (row.int(), row.int(), row.int())
                return row.text()
            }
        }
    }

    /// How many steps of SQLite’s machine `sql` takes; for tests of what a query costs.
    package func steps(of sql: SQL) async throws -> Int {
        try await database.write { try SQLiteConnection(database: $0).steps(of: sql) }
    }

    /// How long a statement waits for others, in seconds.
    private static let busyTimeout = 5

    private static func configuration(readers: Int) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Double(busyTimeout))
        configuration.maximumReaderCount = readers
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA mmap_size = 0;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA secure_delete = ON;
                    PRAGMA journal_size_limit = 67108864;
                    """)
        }
        return configuration
    }
}
