import Storage

/// A storage where some statements do not go as they should, over another.
package struct TroubledStorage: Storage {
    /// What becomes of a statement.
    package enum Trouble: Sendable {
        case fails(StorageError)
        /// It finds nothing, as in a snapshot from before somebody else’s change.
        case findsNothing
    }

    private let base: any Storage
    private let trouble: @Sendable (SQL) -> Trouble?

    /// - Parameter trouble: what becomes of a statement; nil where it goes as it should.
    package init(_ base: any Storage, _ trouble: @escaping @Sendable (SQL) -> Trouble?) {
        self.base = base
        self.trouble = trouble
    }

    package var dialect: Dialect { base.dialect }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        try await base.read { try body(Troubled(base: $0, trouble: trouble)) }
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        try await base.write { try body(Troubled(base: $0, trouble: trouble)) }
    }

    package func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await base.writeAlone(body)
    }

    package func purge(_ tables: [String]) async throws { try await base.purge(tables) }

    package func close() async throws { try await base.close() }

    private struct Troubled: Connection {
        let base: any Connection
        let trouble: (SQL) -> Trouble?
        var dialect: Dialect { base.dialect }

        func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T] {
            switch trouble(sql) {
            case nil: try base.rows(sql, make)
            case .fails(let error): throw error
            case .findsNothing: []
            }
        }

        func run(_ sql: SQL) throws -> Int {
            switch trouble(sql) {
            case nil: try base.run(sql)
            case .fails(let error): throw error
            case .findsNothing: 0
            }
        }

        func script(_ text: String) throws { try base.script(text) }
    }
}
