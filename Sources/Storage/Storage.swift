/// Where records are kept: an engine that runs reads on a snapshot and writes in transactions.
///
/// Inside, it is synchronous, so that a transaction reads like a paragraph. A body must not call the storage
/// again: it has its connection. An error that a statement ended with ends the body too: PostgreSQL goes on
/// with nothing after one. What is not records (files, hashing, mail, events) happens outside a body, because
/// a write may run twice.
package protocol Storage: Sendable {
    var dialect: Dialect { get }

    /// Runs `body` on one snapshot: whatever is written meanwhile, it sees nothing of it. Writing in it is an
    /// error.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Runs `body` in one transaction that commits whole when it returns and not at all when it throws. After
    /// the return, what was written survives a power cut.
    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Takes what was deleted from these tables out of the engine's own logs and unused rows, as far as it
    /// can.
    /// - Throws: ``StorageError/busy`` where others were in the way: it is to be done again.
    func purge(_ tables: [String]) async throws

    /// Runs `body` as ``write(_:)`` does, while no other program that shares the storage is in such a body;
    /// for migrations.
    @discardableResult
    func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T

    /// Writes everything into place and closes; later calls throw ``StorageError/closed``.
    func close() async throws
}

extension Storage {
    /// Enough for an engine that has one writer.
    @discardableResult
    package func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await write(body)
    }
}

/// Which SQL an engine speaks, for the few places where engines truly differ.
package enum Dialect: Sendable, CaseIterable { case sqlite, postgres }

/// One connection inside a body; not valid after it.
package protocol Connection {
    var dialect: Dialect { get }

    /// Runs a query and makes a value of each row. `make` only makes values: it must not use the connection.
    func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T]

    /// Runs a statement; how many rows it changed.
    @discardableResult func run(_ sql: SQL) throws -> Int

    /// Runs several statements without binds; for migrations.
    func script(_ text: String) throws
}

extension Connection {
    /// The first row of a query.
    package func row<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> T? {
        try rows(sql, make).first
    }

    /// The number in the first column of the first row.
    package func int(_ sql: SQL) throws -> Int64? { try row(sql) { $0.int() } }

    /// Whether a query has a row.
    package func exists(_ sql: SQL) throws -> Bool { try row(sql) { _ in true } ?? false }
}

/// One row as an engine has it, read by position from 0; ``RowReader`` is what reads it.
package protocol Row {
    func isNull(_ column: Int) -> Bool
    func int(_ column: Int) -> Int64
    func double(_ column: Int) -> Double
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
}
