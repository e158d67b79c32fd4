import MediaStorage
import Storage

/// Named values about the community itself, such as its id: the table `facts`.
enum Facts {
    private static let communityID = "community_id"
    private static let signingKey = "signing_key"
    /// The fingerprint of the ``SecretKey``.
    static let secretKey = "secret_key"

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

    static func remove(_ name: String, in connection: any Connection) throws {
        try connection.run("DELETE FROM facts WHERE name = \(name)")
    }

    /// The random id of the community in `storage`, created on first use. Instances that ask at the same time
    /// all get the same id.
    static func communityID(in storage: any Storage) async throws -> String {
        try await value(communityID, in: storage) { UploadName.random().description }
    }

    /// The secret that the community signs cookies with: 256 random bits, the same for every instance.
    static func signingKey(in storage: any Storage) async throws -> Secret {
        Secret(try await value(signingKey, in: storage) { Secret.random().text })
    }

    /// Returns the stored value of `name`. Where there is none, stores the result of `new` and returns it.
    private static func value(
        _ name: String, in storage: any Storage, new: () -> String
    ) async throws -> String {
        if let stored = try await storage.read({ try value(name, in: $0) }) { return stored }
        let new = new()
        return try await storage.write { try add(name, new, in: $0) }
    }

    /// Stores `value` unless there is one. Returns the stored one.
    static func add(_ name: String, _ new: String, in connection: any Connection) throws -> String {
        try connection.run(
            "INSERT INTO facts (name, value) VALUES (\(name), \(new)) ON CONFLICT (name) DO NOTHING")
        return try value(name, in: connection) ?? new
    }
}
