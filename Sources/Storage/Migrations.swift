/// A numbered change of the schema, which runs in its own transaction. It must not be edited after its
/// release.
package struct Migration: Sendable {
    package let number: Int
    package let name: String
    package let script: @Sendable (Dialect) -> String

    package init(number: Int, name: String, script: @escaping @Sendable (Dialect) -> String) {
        self.number = number
        self.name = name
        self.script = script
    }
}

/// Updates the schema of a database to the current version.
package enum Migrations {
    /// Runs the migrations that have not run yet.
    /// - Returns: how many migrations ran.
    /// - Throws: ``StorageError/migration(_:)`` if a migration was edited after it ran, or if the database
    ///   has a newer schema than the program. The schema is not changed then.
    @discardableResult
    package static func run(_ migrations: [Migration], on storage: any Storage) async throws -> Int {
        let integer = storage.dialect.integer
        try await storage.writeExclusively { connection in
            try connection.script(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number \(integer) PRIMARY KEY, name TEXT NOT NULL, checksum \(integer) NOT NULL
                )
                """)
        }
        let known = migrations.map(\.number)
        guard known == Array(1..<known.count + 1) else {
            throw StorageError.migration(
                "Migrations must be numbered 1, 2, 3 … without gaps; these are \(known).")
        }
        let newest = try await storage.read { try $0.int("SELECT max(number) FROM schema_migrations") ?? 0 }
        guard newest <= known.count else {
            throw StorageError.migration(
                """
                The database has schema \(newest), but this version of Isntgram only knows schema \
                \(known.count). Run a newer version.
                """)
        }
        var count = 0
        for migration in migrations where try await apply(migration, on: storage) { count += 1 }
        return count
    }

    /// Runs a migration if it has not run yet. The check and the change are in one transaction, so that two
    /// processes cannot both run it.
    /// - Returns: whether it ran now.
    private static func apply(_ migration: Migration, on storage: any Storage) async throws -> Bool {
        let script = migration.script(storage.dialect)
        let sum = checksum(script)
        return try await storage.writeExclusively { connection in
            let stored = try connection.int(
                "SELECT checksum FROM schema_migrations WHERE number = \(migration.number)")
            if let stored {
                guard stored == sum else {
                    throw StorageError.migration(
                        """
                        Migration \(migration.number) “\(migration.name)” differs from the one that was run \
                        on this database.
                        """)
                }
                return false
            }
            try connection.script(script)
            try connection.run(
                """
                INSERT INTO schema_migrations (number, name, checksum)
                VALUES (\(migration.number), \(migration.name), \(sum))
                """)
            return true
        }
    }

    /// The 64-bit FNV-1a hash (RFC 9923), which is sufficient to detect edits.
    private static func checksum(_ text: String) -> Int64 {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
