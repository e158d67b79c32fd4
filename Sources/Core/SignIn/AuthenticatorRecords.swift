import Storage

/// The SQL of authenticator apps. An account has at most one.
enum AuthenticatorRecords {
    struct Record: Sendable {
        /// The secret, sealed by the ``SecretKey``.
        let sealedSecret: [UInt8]
        /// When the owner proved that the app works, in milliseconds since 1970; nil if not yet.
        let confirmedAt: Int64?
    }

    static func find(_ account: ID<Account>, in connection: any Connection) throws -> Record? {
        try connection.row("SELECT secret, confirmed_at FROM authenticators WHERE account_id = \(account)") {
            Record(sealedSecret: $0.bytes(), confirmedAt: $0.intOrNil())
        }
    }

    /// Whether signing in to the account needs a second factor.
    static func isRequired(of account: ID<Account>, in connection: any Connection) throws -> Bool {
        try connection.exists(
            "SELECT 1 FROM authenticators WHERE account_id = \(account) AND confirmed_at IS NOT NULL")
    }

    /// Stores the secret of an app that is not confirmed yet, in place of another one that is not.
    /// - Returns: false if the account has a confirmed app.
    static func begin(_ sealedSecret: [UInt8], of account: ID<Account>, in connection: any Connection) throws
        -> Bool
    {
        try connection.run(
            """
            INSERT INTO authenticators (account_id, secret) VALUES (\(account), \(sealedSecret))
            ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret
            WHERE authenticators.confirmed_at IS NULL
            """) == 1
    }

    static func confirm(_ account: ID<Account>, at time: Int64, in connection: any Connection) throws {
        try connection.run("UPDATE authenticators SET confirmed_at = \(time) WHERE account_id = \(account)")
    }

    /// Uses up the code of a step. Returns false if a code of this or a later step was used before.
    static func use(step: Int64, of account: ID<Account>, in connection: any Connection) throws -> Bool {
        try connection.run(
            """
            UPDATE authenticators SET last_step = \(step)
            WHERE account_id = \(account) AND last_step < \(step)
            """) == 1
    }

    static func delete(_ account: ID<Account>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM authenticators WHERE account_id = \(account)") == 1
    }
}
