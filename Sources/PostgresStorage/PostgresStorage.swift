import Storage

/// Records in PostgreSQL, through libpq: several programs may share them.
package struct PostgresStorage: Storage {
    package let dialect = Dialect.postgres
    private let pool: PostgresPool

    /// Connects to the server that `url` names, a connection URI of libpq: `postgres://user:password@host/database`,
    /// with `?sslmode=verify-full` and what else libpq knows
    /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    /// - Throws: ``StorageError`` with libpq's words when it cannot be reached now.
    package init(url: String, options: PostgresOptions = .init()) async throws {
        pool = try await PostgresPool(url: url, options: options)
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await pool.run(.read, body)
    }

    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await pool.run(.write, body)
    }

    @discardableResult
    package func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await pool.run(.alone, body)
    }

    package func close() async throws { try await pool.close() }
}
