import Encodings
import Storage

/// A browser that signs in without a second factor for 30 days, because its owner asked for it.
package struct TrustedBrowser: Sendable {
    /// The lifetime in milliseconds.
    package static let lifetime: Int64 = 30 * 24 * 60 * 60 * 1000
    /// How many browsers one account trusts; the oldest is removed first.
    static let limit = 20

    /// Identifies the browser in forms and URLs. It does not sign anybody in.
    package let handle: String
    /// Its `User-Agent`.
    package let name: String
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package let expiresAt: Int64
}

/// The SQL of trusted browsers.
enum TrustedBrowserRecords {
    static func insert(
        _ secret: Secret, of account: ID<Account>, name: String, at time: Int64, in connection: any Connection
    ) throws {
        try connection.run(
            """
            DELETE FROM trusted_browsers WHERE account_id = \(account) AND hash NOT IN (
                SELECT hash FROM trusted_browsers WHERE account_id = \(account)
                ORDER BY created_at DESC, hash LIMIT \(TrustedBrowser.limit - 1))
            """)
        try connection.run(
            """
            INSERT INTO trusted_browsers (account_id, hash, name, created_at, expires_at)
            VALUES (\(account), \(secret.hash), \(name), \(time), \(time + TrustedBrowser.lifetime))
            ON CONFLICT (account_id, hash) DO UPDATE
                SET name = excluded.name, created_at = excluded.created_at, expires_at = excluded.expires_at
            """)
    }

    static func trusts(
        _ secret: Secret, of account: ID<Account>, at time: Int64, in connection: any Connection
    ) throws -> Bool {
        try connection.exists(
            """
            SELECT 1 FROM trusted_browsers
            WHERE account_id = \(account) AND hash = \(secret.hash) AND expires_at > \(time)
            """)
    }

    /// Returns the trusted browsers of an account, newest first.
    static func all(of account: ID<Account>, at time: Int64, in connection: any Connection) throws
        -> [TrustedBrowser]
    {
        try connection.rows(
            """
            SELECT hash, name, created_at, expires_at FROM trusted_browsers
            WHERE account_id = \(account) AND expires_at > \(time) ORDER BY created_at DESC, hash
            """
        ) { row in
            TrustedBrowser(
                handle: Base64URL.encode(row.bytes()), name: row.text(), createdAt: row.int(),
                expiresAt: row.int())
        }
    }

    /// Removes one trusted browser of an account. Returns false when there was none.
    static func delete(hash: [UInt8], of account: ID<Account>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM trusted_browsers WHERE account_id = \(account) AND hash = \(hash)")
            == 1
    }

    static func deleteAll(of account: ID<Account>, in connection: any Connection) throws {
        try connection.run("DELETE FROM trusted_browsers WHERE account_id = \(account)")
    }

    static func deleteExpired(at time: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM trusted_browsers WHERE expires_at <= \(time)")
    }
}
