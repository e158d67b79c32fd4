import Storage

/// Usernames that members gave up. For 90 days nobody else can take such a name, and its address leads to the
/// new name. So links stay valid, and nobody can pretend to be the former owner.
enum FormerUsernames {
    static let reservation: Int64 = 90 * 24 * 60 * 60 * 1000
    /// The most names that are reserved for one account, so that a member cannot hoard names.
    static let limit = 5

    /// - Throws: ``Problem``: `conflict` if the name is reserved for an account other than `account`.
    static func requireUnreserved(
        _ username: String, for account: ID<Account>? = nil, at time: Int64, in connection: any Connection
    ) throws {
        let isReserved = try connection.exists(
            """
            SELECT 1 FROM former_usernames
            WHERE username = \(username) AND reserved_until > \(time) AND account_id <> \(account?.value ?? 0)
            """)
        if isReserved { throw Accounts.usernameTaken(username) }
    }

    /// Reserves the old name of an account that takes another one.
    /// - Throws: ``Problem``: `conflict` if too many names are reserved for the account.
    static func reserve(
        _ old: String, for account: ID<Account>, nowCalled new: String, at time: Int64,
        in connection: any Connection
    ) throws {
        // A new name may have been reserved for another member until now, or for this account.
        try connection.run("DELETE FROM former_usernames WHERE username IN (\(old), \(new))")
        let reserved =
            try connection.int(
                """
                SELECT count(*) FROM former_usernames
                WHERE account_id = \(account) AND reserved_until > \(time)
                """) ?? 0
        guard reserved < limit else {
            throw Problem(
                .conflict, field: "username",
                """
                You can change your username at most \(limit) times in 90 days. Your former names stay \
                reserved for you meanwhile.
                """)
        }
        try connection.run(
            """
            INSERT INTO former_usernames (username, account_id, reserved_until)
            VALUES (\(old), \(account), \(time + reservation))
            """)
    }

    /// Returns the current name of the account that had this name, if `viewer` may see its profile.
    static func current(
        ofFormer username: String, for viewer: ID<Account>?, at time: Int64, in connection: any Connection
    ) throws -> String? {
        try connection.row(
            """
            SELECT a.username FROM former_usernames f JOIN accounts a ON a.id = f.account_id
            WHERE f.username = \(username) AND f.reserved_until > \(time)
            AND \(Visibility.profile(for: viewer))
            """
        ) { $0.text() }
    }

    static func removeExpired(at time: Int64, in connection: any Connection) throws {
        try connection.run("DELETE FROM former_usernames WHERE reserved_until <= \(time)")
    }
}

extension Accounts {
    /// Returns the current name of the member who gave this username up in the last 90 days, if the viewer
    /// may see their profile.
    package func currentUsername(ofFormer username: String, for viewer: Viewer?) async throws -> String? {
        let name = Username.normalized(username)
        guard Username.isPossible(name) else { return nil }
        let time = clock.now()
        return try await storage.read {
            try FormerUsernames.current(ofFormer: name, for: viewer?.id, at: time, in: $0)
        }
    }
}
