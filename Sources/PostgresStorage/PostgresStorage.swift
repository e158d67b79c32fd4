import Storage

/// Records in PostgreSQL, through libpq: several programs may share them.
package struct PostgresStorage: Storage {
    package let dialect = Dialect.postgres
    private let pool: PostgresPool

    /// Connects to the server that `url` names, a connection URI of libpq:
    /// `postgres://user:password@host/database`, with `?sslmode=verify-full` and what else libpq knows
    /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    /// - Throws: ``StorageError`` with libpq's words when it cannot be reached now.
    package init(url: String, options: PostgresOptions = .init()) async throws {
        pool = try await PostgresPool(url: url, options: options)
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        try await pool.run(.read, body)
    }

    @discardableResult
    package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws
        -> T
    {
        try await pool.run(.write, body)
    }

    @discardableResult
    package func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await pool.run(.alone, body)
    }

    /// Takes rows that nobody sees any more out of the tables and their indexes. Their bytes stay in the free
    /// space of pages until new rows are written there, and in the write-ahead log until it is recycled;
    /// words of deleted posts stay listed in the search index, without a post, until that is made anew
    /// (`REINDEX`).
    package func purge(_ tables: [String]) async throws {
        // With its indexes, which are passed over where few rows are dead; and without waiting to shorten the
        // file.
        try await pool.runAlone(
            tables.map { table in
                "VACUUM (INDEX_CLEANUP TRUE, TRUNCATE FALSE) \"\(table.replacing("\"", with: "\"\""))\""
            })
    }

    package func close() async throws { try await pool.close() }
}
