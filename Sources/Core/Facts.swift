import MediaStorage
import Storage

/// What a community knows of itself, by name.
enum Facts {
    private static let communityID = "community_id"

    static func value(_ name: String, in connection: any Connection) throws -> String? {
        try connection.row("SELECT value FROM facts WHERE name = \(name)") { $0.text() }
    }

    static func set(_ name: String, to value: String, in connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO facts (name, value) VALUES (\(name), \(value))
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """)
    }

    /// The random id of the community in `storage`, made when it is first asked for. Of several copies that
    /// ask at once, all get the same.
    static func communityID(in storage: any Storage) async throws -> String {
        if let known = try await storage.read({ try value(communityID, in: $0) }) { return known }
        let new = UploadName.random().description
        return try await storage.write { connection in
            try connection.run(
                """
                INSERT INTO facts (name, value) VALUES (\(communityID), \(new)) ON CONFLICT (name) DO NOTHING
                """)
            return try value(communityID, in: connection) ?? new
        }
    }
}
