import Storage
import Synchronization

/// A storage that counts the accesses and statements that it forwards to another storage.
package final class CountingStorage: Storage {
    private let base: any Storage
    private let statements = Mutex<[SQL]>([])
    private let accesses = Mutex(0)
    private let maxRows = Mutex(0)

    package init(_ base: any Storage) { self.base = base }

    package var dialect: Dialect { base.dialect }

    /// The largest number of rows that one statement has returned so far.
    package var maxRowsPerStatement: Int { maxRows.withLock { $0 } }

    /// Returns how many accesses and statements `body` makes.
    package func count(_ body: () async throws -> Void) async rethrows -> (accesses: Int, statements: Int) {
        statements.withLock { $0 = [] }
        accesses.withLock { $0 = 0 }
        try await body()
        return (accesses.withLock { $0 }, statements.withLock { $0.count })
    }

    /// Returns the statements that `body` makes.
    package func statements(of body: () async throws -> Void) async rethrows -> [SQL] {
        _ = try await count(body)
        return statements.withLock { $0 }
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        accesses.withLock { $0 += 1 }
        return try await base.read { [self] in try body(counting($0)) }
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        accesses.withLock { $0 += 1 }
        return try await base.write { [self] in try body(counting($0)) }
    }

    private func counting(_ connection: any Connection) -> CountingConnection {
        CountingConnection(base: connection, recordStatement: recordStatement, recordRows: recordRows)
    }

    private func recordStatement(_ statement: SQL) { statements.withLock { $0.append(statement) } }

    private func recordRows(_ count: Int) { maxRows.withLock { $0 = max($0, count) } }

    package func writeExclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await base.writeExclusively(body)
    }

    package func purge(_ tables: [String]) async throws { try await base.purge(tables) }

    package func close() async throws { try await base.close() }

    private struct CountingConnection: Connection {
        let base: any Connection
        let recordStatement: (SQL) -> Void
        let recordRows: (Int) -> Void
        var dialect: Dialect { base.dialect }

        func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T] {
            recordStatement(sql)
            let rows = try base.rows(sql, make)
            recordRows(rows.count)
            return rows
        }

        func run(_ sql: SQL) throws -> Int {
            recordStatement(sql)
            return try base.run(sql)
        }

        func script(_ text: String) throws { try base.script(text) }
    }
}
