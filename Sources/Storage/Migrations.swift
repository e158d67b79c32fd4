/// One step of the schema: numbered, run in a transaction of its own, never edited after it landed.
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

/// Brings a database to the schema of the program.
package enum Migrations {
    /// Runs what has not run yet.
    /// - Returns: how many ran.
    /// - Throws: ``StorageError/migration(_:)`` when one that ran was edited since, or the database is newer
    ///   than the program; nothing is changed then.
    @discardableResult
    package static func run(_ migrations: [Migration], on storage: any Storage) async throws -> Int {
        let integer = storage.dialect == .sqlite ? "INTEGER" : "BIGINT"
        try await storage.writeAlone { connection in
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
                "Migrations are numbered 1, 2, 3 … without a gap; these are \(known).")
        }
        let newest = try await storage.read { try $0.int("SELECT max(number) FROM schema_migrations") ?? 0 }
        guard newest <= known.count else {
            throw StorageError.migration(
                "The database is at schema \(newest) and this program knows \(known.count): run a newer version."
            )
        }
        var count = 0
        for migration in migrations where try await apply(migration, on: storage) { count += 1 }
        return count
    }

    /// Whether it ran now: the look and the change are one transaction, so that two programs cannot both run
    /// it.
    private static func apply(_ migration: Migration, on storage: any Storage) async throws -> Bool {
        let script = migration.script(storage.dialect)
        let sum = checksum(script)
        return try await storage.writeAlone { connection in
            let landed = try connection.int(
                "SELECT checksum FROM schema_migrations WHERE number = \(migration.number)")
            if let landed {
                guard landed == sum else {
                    throw StorageError.migration(
                        "Migration \(migration.number) “\(migration.name)” differs from the one that made this database."
                    )
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

    /// FNV-1a, 64 bits (RFC 9923): enough to notice an edit.
    private static func checksum(_ text: String) -> Int64 {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
