import Storage

/// The SQL of sessions and tokens.
enum CredentialRecords {
    static func insert(
        _ credential: Credential, of account: ID<Account>, name: String, in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO credentials
                (hash, account_id, kind, scopes, name, created_at, used_at, expires_at, proved_at)
            VALUES (\(credential.hash), \(account), \(credential.kind.rawValue), \
            \(credential.scopes.rawValue), \(name), \(credential.usedAt), \(credential.usedAt),
            \(credential.expiresAt), \(credential.provedAt))
            """)
    }

    static func viewer(hash: [UInt8], at time: Int64, in connection: any Connection) throws -> Viewer? {
        try connection.row(
            """
            SELECT \(AccountSummary.columns), c.kind, c.scopes, c.used_at, c.expires_at, c.proved_at,
                a.is_demo
            FROM credentials c JOIN accounts a ON a.id = c.account_id
            WHERE c.hash = \(hash) AND c.expires_at > \(time)
            """
        ) { row in
            Viewer(
                summary: row.value(),
                credential: Credential(
                    hash: hash, kind: Credential.Kind(rawValue: row.text()) ?? .token,
                    scopes: Credential.Scopes(rawValue: row.int()), usedAt: row.int(), expiresAt: row.int(),
                    provedAt: row.int()),
                isDemo: row.bool())
        }
    }

    static func exists(hash: [UInt8], in connection: any Connection) throws -> Bool {
        try connection.exists("SELECT 1 FROM credentials WHERE hash = \(hash)")
    }

    /// Returns the valid credentials of an account, most recently used first.
    static func all(
        of account: ID<Account>, kind: Credential.Kind, at time: Int64, in connection: any Connection
    ) throws -> [CredentialSummary] {
        try connection.rows(
            """
            SELECT hash, scopes, used_at, expires_at, proved_at, name, created_at FROM credentials
            WHERE account_id = \(account) AND kind = \(kind.rawValue) AND expires_at > \(time)
            ORDER BY used_at DESC, hash
            """
        ) { row in
            CredentialSummary(
                credential: Credential(
                    hash: row.bytes(), kind: kind, scopes: Credential.Scopes(rawValue: row.int()),
                    usedAt: row.int(), expiresAt: row.int(), provedAt: row.int()),
                name: row.text(), createdAt: row.int())
        }
    }

    static func touch(hash: [UInt8], at time: Int64, until end: Int64, in connection: any Connection) throws {
        try connection.run(
            "UPDATE credentials SET used_at = \(time), expires_at = \(end) WHERE hash = \(hash)")
    }

    static func setProvedAt(_ time: Int64, hash: [UInt8], in connection: any Connection) throws {
        try connection.run("UPDATE credentials SET proved_at = \(time) WHERE hash = \(hash)")
    }

    /// Deletes a credential. Returns the account it belonged to; nil when there was none.
    static func delete(hash: [UInt8], in connection: any Connection) throws -> ID<Account>? {
        try connection.row("DELETE FROM credentials WHERE hash = \(hash) RETURNING account_id") { $0.id() }
    }

    /// Deletes one credential of an account, of one kind or of any kind. Returns false when there was none.
    static func delete(
        hash: [UInt8], _ kind: Credential.Kind?, of account: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            DELETE FROM credentials WHERE hash = \(hash) AND account_id = \(account)
                AND kind = coalesce(\(kind?.rawValue), kind)
            """) == 1
    }

    /// Deletes the credentials of an account, of one kind or of both, except `kept`. Returns their number.
    @discardableResult
    static func deleteAll(
        of account: ID<Account>, kind: Credential.Kind? = nil, except kept: [UInt8]? = nil,
        in connection: any Connection
    ) throws -> Int {
        let kinds = kind.map { [$0.rawValue] } ?? ["session", "token"]
        return try kinds.reduce(0) { count, kind in
            try count
                + connection.run(
                    """
                    DELETE FROM credentials
                    WHERE account_id = \(account) AND kind = \(kind) AND hash <> \(kept ?? [])
                    """)
        }
    }

    static func deleteExpired(at time: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM credentials WHERE expires_at <= \(time)")
    }
}
