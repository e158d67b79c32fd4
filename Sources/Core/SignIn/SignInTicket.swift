import Storage

/// A sign-in that proved the password and still needs a second factor. The ticket allows its holder to enter
/// a code. Browsers keep it in a cookie.
package struct SignInTicket: Sendable {
    /// The lifetime in milliseconds.
    package static let lifetime: Int64 = 5 * 60 * 1000
    /// How many codes may be tried with one ticket.
    static let attemptLimit = 5

    package let secret: Secret
    /// The second factors that the account has.
    package let methods: [SecondFactor]
}

/// A way to prove a sign-in beside the password.
package enum SecondFactor: String, Sendable {
    /// A code of an authenticator app.
    case totp
    /// A recovery code.
    case recoveryCode = "recovery-code"
}

/// The SQL of tickets.
enum SignInTicketRecords {
    struct Record: Sendable {
        let account: ID<Account>
        let kind: Credential.Kind
        let name: String
        let attempts: Int
    }

    static func insert(
        _ secret: Secret, of account: ID<Account>, _ kind: Credential.Kind, name: String, at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO sign_in_tickets (hash, account_id, kind, name, expires_at)
            VALUES (\(secret.hash), \(account), \(kind.rawValue), \(name), \(time + SignInTicket.lifetime))
            """)
    }

    /// Returns the ticket with this secret; nil if it is unknown, has expired, or was tried too often.
    static func find(_ secret: Secret, at time: Int64, in connection: any Connection) throws -> Record? {
        try connection.row(
            """
            SELECT account_id, kind, name, attempts FROM sign_in_tickets
            WHERE hash = \(secret.hash) AND expires_at > \(time) AND attempts < \(SignInTicket.attemptLimit)
            """
        ) {
            Record(
                account: $0.id(), kind: Credential.Kind(rawValue: $0.text()) ?? .token, name: $0.text(),
                attempts: $0.count())
        }
    }

    static func countAttempt(_ secret: Secret, in connection: any Connection) throws {
        try connection.run(
            "UPDATE sign_in_tickets SET attempts = attempts + 1 WHERE hash = \(secret.hash)")
    }

    static func delete(_ secret: Secret, in connection: any Connection) throws {
        try connection.run("DELETE FROM sign_in_tickets WHERE hash = \(secret.hash)")
    }

    /// Ends the sign-ins of an account that still need a second factor.
    static func deleteAll(of account: ID<Account>, in connection: any Connection) throws {
        try connection.run("DELETE FROM sign_in_tickets WHERE account_id = \(account)")
    }

    static func deleteExpired(at time: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM sign_in_tickets WHERE expires_at <= \(time)")
    }
}
