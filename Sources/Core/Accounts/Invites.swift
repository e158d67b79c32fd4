import Storage

/// Who may join by themselves.
package enum RegistrationPolicy: String, Sendable, CaseIterable { case open, invite, closed }

/// The rules of invitations: secrets that whoever runs the server gives out, each good for some accounts and some days.
package struct Invites: Sendable {
    let storage: any Storage
    let clock: WallClock

    /// Makes an invitation.
    /// - Parameters:
    ///   - uses: how many accounts may be made with it, 1–1,000.
    ///   - days: how long it is good, 1–365.
    package func create(uses: Int, days: Int) async throws -> Secret {
        var check = FieldCheck()
        check.require((1...1000).contains(uses), "uses", "An invitation is for 1 to 1,000 accounts.")
        check.require((1...365).contains(days), "days", "An invitation is good for 1 to 365 days.")
        try check.done()
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

enum InviteRecords {
    private static let refusal = Problem(
        .invalid, field: "invite",
        "Registration here is by invitation; this one is not valid, or not any more.")

    private static func isGood(_ text: String, at time: Int64) -> SQL {
        "hash = \(Secret(text.trimmed).hash) AND uses_left > 0 AND expires_at > \(time)"
    }

    /// Refuses an invitation that is not good.
    static func require(_ text: String, at time: Int64, in connection: any Connection) throws {
        guard try connection.exists("SELECT 1 FROM invites WHERE \(isGood(text, at: time))") else {
            throw refusal
        }
    }

    /// Takes one use of an invitation, in the transaction that makes the account.
    static func use(_ text: String, at time: Int64, in connection: any Connection) throws {
        let used = try connection.run(
            "UPDATE invites SET uses_left = uses_left - 1 WHERE \(isGood(text, at: time))")
        guard used == 1 else { throw refusal }
    }

    static func deleteSpent(at time: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM invites WHERE uses_left = 0 OR expires_at <= \(time)")
    }
}
