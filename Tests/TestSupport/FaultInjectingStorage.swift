import Storage

/// A storage that injects faults into selected statements and forwards the others to another storage.
package struct FaultInjectingStorage: Storage {
    /// A fault that a statement can have.
    package enum Fault: Sendable {
        case fails(StorageError)
        /// The statement finds no rows, as in a snapshot that is older than a concurrent change.
        case findsNothing
    }

    private let base: any Storage
    private let fault: @Sendable (SQL) -> Fault?

    /// - Parameter fault: Returns the fault of a statement, or nil to run the statement.
    package init(_ base: any Storage, _ fault: @escaping @Sendable (SQL) -> Fault?) {
        self.base = base
        self.fault = fault
    }

    package var dialect: Dialect { base.dialect }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        try await base.read { try body(FaultInjectingConnection(base: $0, fault: fault)) }
    }

    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        try await base.write { try body(FaultInjectingConnection(base: $0, fault: fault)) }
    }

    package func writeExclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await base.writeExclusively(body)
    }

    package func purge(_ tables: [String]) async throws { try await base.purge(tables) }

    package func close() async throws { try await base.close() }

    private struct FaultInjectingConnection: Connection {
        let base: any Connection
        let fault: (SQL) -> Fault?
        var dialect: Dialect { base.dialect }

        func rows<T>(_ sql: SQL, _ make: (inout RowReader) throws -> T) throws -> [T] {
            switch fault(sql) {
            case nil: try base.rows(sql, make)
            case .fails(let error): throw error
            case .findsNothing: []
            }
        }

        func run(_ sql: SQL) throws -> Int {
            switch fault(sql) {
            case nil: try base.run(sql)
            case .fails(let error): throw error
            case .findsNothing: 0
            }
        }

        func script(_ text: String) throws { try base.script(text) }
    }
}
