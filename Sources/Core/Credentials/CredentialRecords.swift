import Storage

/// The SQL of sessions and tokens.
enum CredentialRecords {
    static func insert(
        _ credential: Credential, of account: ID<Account>, name: String, in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO credentials (hash, account_id, kind, scopes, name, created_at, used_at, expires_at)
            VALUES (\(credential.hash), \(account), \(credential.kind.rawValue), \(credential.scopes.rawValue), \
            \(name), \(credential.usedAt), \(credential.usedAt), \(credential.expiresAt))
            """)
    }

    static func viewer(hash: [UInt8], at time: Int64, in connection: any Connection) throws -> Viewer? {
        try connection.row(
            """
            SELECT a.id, a.username, a.full_name, c.kind, c.scopes, c.used_at, c.expires_at
            FROM credentials c JOIN accounts a ON a.id = c.account_id
            WHERE c.hash = \(hash) AND c.expires_at > \(time)
            """
        ) { row in
            Viewer(
                id: ID(row.int(0)), username: row.text(1), fullName: row.text(2),
                credential: Credential(
                    hash: hash, kind: Credential.Kind(rawValue: row.text(3)) ?? .token,
                    scopes: Credential.Scopes(rawValue: row.int(4)), usedAt: row.int(5), expiresAt: row.int(6)))
        }
    }

    static func touch(hash: [UInt8], at time: Int64, until end: Int64, in connection: any Connection) throws {
        try connection.run("UPDATE credentials SET used_at = \(time), expires_at = \(end) WHERE hash = \(hash)")
    }

    /// How many credentials went.
    static func delete(hash: [UInt8], in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM credentials WHERE hash = \(hash)")
    }

    @discardableResult
    static func deleteAll(
        of account: ID<Account>, kind: Credential.Kind? = nil, in connection: any Connection
    ) throws -> Int {
        let kinds = kind.map { [$0.rawValue] } ?? ["session", "token"]
        return try kinds.reduce(0) { count, kind in
            try count + connection.run("DELETE FROM credentials WHERE account_id = \(account) AND kind = \(kind)")
        }
    }
}
