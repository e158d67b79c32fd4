import GRDB
import Storage

import struct Storage.SQL

/// A storage in one SQLite file, through GRDB. There is one writer, and readers use snapshots at the same
/// time (WAL mode).
package struct SQLiteStorage: Storage {
    package let dialect = Dialect.sqlite
    private let database: any DatabaseWriter

    /// Opens the file at `path`, or creates it.
    package init(path: String, readers: Int = 5) throws {
        do {
            let pool = try DatabasePool(path: path, configuration: Self.configuration(readers: readers))
            try pool.writeWithoutTransaction { database in
                // GRDB sets NORMAL when it opens a pool, which can lose committed transactions in a power
                // failure.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                guard synchronous == 2 else {
                    throw StorageError.other("synchronous is \(synchronous ?? -1), but 2 (FULL) was set")
                }
            }
            database = pool
        } catch {
            throw StorageError(error)
        }
    }

    /// Creates a database in memory that exists as long as this storage; for tests.
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

    /// Empties the write-ahead log. In the database file, deleted rows were already overwritten
    /// (`secure_delete`).
    package func purge(_ tables: [String]) async throws {
        do {
            try await database.writeWithoutTransaction { database in
                if try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" {
                    // The timeout is short, because all writes wait during the checkpoint. The caller tries
                    // again.
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
        // If a reader prevents the checkpoint, the log remains, and no data is lost.
        do { try await purge([]) } catch StorageError.busy {}
        do {
            try database.close()
        } catch {
            throw StorageError(error)
        }
    }

    /// Copies the database to a new file at `path` while the database is in use, and then checks the copy.
    package func backup(to path: String) async throws {
        do {
            let copy = try DatabaseQueue(path: path)
            try database.backup(to: copy)
            let result = try await copy.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
            try copy.close()
            guard result == "ok" else {
                throw StorageError.damaged(result ?? "the copy could not be checked")
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Returns the query plan of `sql`, one line per step; for tests of frequent queries.
    package func plan(of sql: SQL) async throws -> [String] {
        try await database.read { database in
            let connection = SQLiteConnection(database: database)
            // The first three columns of a plan are numbers.
            return try connection.rows("EXPLAIN QUERY PLAN \(sql)") { row in
                _ = (row.int(), row.int(), row.int())
                return row.text()
            }
        }
    }

    /// Returns how many steps of SQLite’s virtual machine `sql` takes; for tests of the cost of a query.
    package func steps(of sql: SQL) async throws -> Int {
        try await database.write { try SQLiteConnection(database: $0).steps(of: sql) }
    }

    /// How long a statement waits for locks, in seconds.
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
