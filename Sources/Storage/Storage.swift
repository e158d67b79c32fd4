/// A storage of records: a database engine that runs reads on a snapshot and writes in transactions.
///
/// The body of a transaction is synchronous. It must use its connection, and must not call the storage again.
/// If a statement fails, the body must throw, because PostgreSQL runs no further statements in that
/// transaction. Other work (files, hashing, events) must happen outside the body, because a write may run
/// twice.
package protocol Storage: Sendable {
    var dialect: Dialect { get }

    /// Runs `body` on one snapshot, which does not contain changes that are committed meanwhile. Writing is
    /// an error.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Runs `body` in a transaction, which commits if the body returns and rolls back if it throws. When this
    /// method returns, the changes survive a power failure.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Removes deleted data of these tables from the logs and unused rows of the engine, as far as possible.
    /// - Throws: ``StorageError/busy`` if other transactions prevented it. The caller should try again.
    func purge(_ tables: [String]) async throws

    /// Runs `body` like ``write(_:)``, and exclusively: no other process that shares the storage runs such a
    /// body at the same time. Used for migrations.
    @discardableResult
    func writeExclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T

    /// Completes all writes and closes the storage. Later calls throw ``StorageError/closed``.
    func close() async throws
}

extension Storage {
    /// The default implementation, which is sufficient for an engine with a single writer.
    @discardableResult
    package func writeExclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await write(body)
    }
}

/// The SQL dialect of an engine, for the few statements that must differ.
package enum Dialect: Sendable, CaseIterable { case sqlite, postgres }

/// The connection of a transaction. It is not valid outside the body that receives it.
package protocol Connection {
    var dialect: Dialect { get }

    /// Runs a query and converts each row to a value. `make` must not use the connection.
    func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T]

    /// Runs a statement.
    /// - Returns: how many rows it changed.
    @discardableResult func run(_ sql: SQL) throws -> Int

    /// Runs several statements without binds; for migrations.
    func script(_ text: String) throws
}

extension Dialect {
    /// The type of columns of 64-bit integers. In SQLite, `INTEGER PRIMARY KEY` is the key of the table
    /// itself. In PostgreSQL, `INTEGER` has only 32 bits.
    package var integer: String { self == .sqlite ? "INTEGER" : "BIGINT" }

    package var bytes: String { self == .sqlite ? "BLOB" : "BYTEA" }

    /// The type of text columns. `COLLATE "C"` makes PostgreSQL compare them byte by byte, as SQLite does:
    /// the default collation of a database may ignore `.` and `~`, and ranges of names would then contain
    /// other rows.
    package var text: String { self == .sqlite ? "TEXT" : #"TEXT COLLATE "C""# }
}

extension Connection {
    /// Returns the first row of a query.
    package func row<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> T? {
        try rows(sql, make).first
    }

    /// Returns the number in the first column of the first row.
    package func int(_ sql: SQL) throws -> Int64? { try row(sql) { $0.int() } }

    /// Returns whether a query finds a row.
    package func exists(_ sql: SQL) throws -> Bool { try row(sql) { _ in true } ?? false }
}

/// A row of an engine's result. Columns are read by position, starting at 0; use ``RowReader`` to read them.
package protocol Row {
    func isNull(_ column: Int) -> Bool
    func int(_ column: Int) -> Int64
    func double(_ column: Int) -> Double
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
}
