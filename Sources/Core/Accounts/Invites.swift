import Storage

/// Who may register: everybody, visitors with an invitation, or nobody.
package enum RegistrationPolicy: String, Sendable, CaseIterable { case open, invite, closed }

/// The rules of invitations: secrets that the administrator gives out, each valid for a number of accounts
/// and days.
package struct Invites: Sendable {
    let storage: any Storage
    let clock: WallClock

    /// Creates an invitation.
    /// - Parameters:
    ///   - uses: the number of accounts that can be created with it, 1–1,000.
    ///   - days: the number of days that it is valid, 1–365.
    package func create(uses: Int, days: Int) async throws -> Secret {
        var check = FieldCheck()
        check.require((1...1000).contains(uses), "uses", "An invitation is for 1 to 1,000 accounts.")
        check.require((1...365).contains(days), "days", "An invitation is valid for 1 to 365 days.")
        try check.finish()
        let secret = Secret.random()
        let now = clock.now()
        let end = now + Int64(days) * 24 * 60 * 60 * 1000
        try await storage.write { connection in
            try connection.run(
                """
                INSERT INTO invites (hash, uses_left, created_at, expires_at)
                VALUES (\(secret.hash), \(uses), \(now), \(end))
                """)
        }
        return secret
    }
}

/// The SQL of invitations.
enum InviteRecords {
    private static let notValid = Problem(
        .invalid, field: "invite",
        "You need an invitation to register; this one is not valid, has expired or has been used.")

    private static func isValid(_ text: String, at time: Int64) -> SQL {
        "hash = \(Secret(text.trimmed).hash) AND uses_left > 0 AND expires_at > \(time)"
    }

    /// Throws if the invitation is not valid.
    static func require(_ text: String, at time: Int64, in connection: any Connection) throws {
        guard try connection.exists("SELECT 1 FROM invites WHERE \(isValid(text, at: time))") else {
            throw notValid
        }
    }

    /// Uses an invitation once, in the transaction that creates the account.
    static func use(_ text: String, at time: Int64, in connection: any Connection) throws {
        let used = try connection.run(
            "UPDATE invites SET uses_left = uses_left - 1 WHERE \(isValid(text, at: time))")
        guard used == 1 else { throw notValid }
    }

    static func deleteSpent(at time: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM invites WHERE uses_left = 0 OR expires_at <= \(time)")
    }
}
