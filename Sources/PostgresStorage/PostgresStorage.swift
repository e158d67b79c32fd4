import Storage

/// A storage in PostgreSQL, through libpq. Several instances may share it.
package struct PostgresStorage: Storage {
    package let dialect = Dialect.postgres
    private let pool: PostgresPool

    /// Connects to a server. The `url` is a connection URI of libpq:
    /// `postgres://user:password@host/database`, with parameters such as `?sslmode=verify-full`
    /// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    /// - Throws: ``StorageError`` with libpq's message if the server cannot be reached.
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
    package func writeExclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T)
        async throws -> T
    {
        try await pool.run(.alone, body)
    }

    /// Removes deleted rows from the tables and their indexes (`VACUUM`). Their bytes stay in the free space
    /// of pages until new rows are written there, and in the write-ahead log until it is recycled. The words
    /// of deleted posts stay in the search index, without a reference to a post, until the index is rebuilt
    /// (`REINDEX`).
    package func purge(_ tables: [String]) async throws {
        // INDEX_CLEANUP, because PostgreSQL skips indexes if few rows are dead. Without TRUNCATE, which takes
        // an exclusive lock to shorten the file.
        try await pool.runOutsideTransaction(
            tables.map { table in
                "VACUUM (INDEX_CLEANUP TRUE, TRUNCATE FALSE) \"\(table.replacing("\"", with: "\"\""))\""
            })
    }

    package func close() async throws { try await pool.close() }
}
