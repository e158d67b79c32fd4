import Storage

/// The SQL of follows. Each change keeps the counters of both accounts.
enum FollowRecords {
    struct Listed: Sendable {
        let follow: Int64
        let account: AccountSummary
    }

    static func insert(
        _ id: ID<Follows>, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws {
        let added = try connection.run(
            """
            INSERT INTO follows (id, follower_id, followee_id) VALUES (\(id), \(follower), \(followee))
            ON CONFLICT DO NOTHING
            """)
        try count(added, from: follower, to: followee, in: connection)
    }

    static func delete(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws {
        let removed = try connection.run(
            "DELETE FROM follows WHERE follower_id = \(follower) AND followee_id = \(followee)")
        try count(-removed, from: follower, to: followee, in: connection)
    }

    static func exists(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        try connection.exists(
            "SELECT 1 FROM follows WHERE follower_id = \(follower) AND followee_id = \(followee)")
    }

    @Sendable static func followers(
        of account: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Listed] {
        try connection.rows(
            """
            SELECT f.id, a.id, a.username, a.full_name FROM follows f JOIN accounts a ON a.id = f.follower_id
            WHERE f.followee_id = \(account) AND f.id < \(page.below) ORDER BY f.id DESC LIMIT \(page.rows)
            """, listed)
    }

    @Sendable static func following(
        by account: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Listed] {
        try connection.rows(
            """
            SELECT f.id, a.id, a.username, a.full_name FROM follows f JOIN accounts a ON a.id = f.followee_id
            WHERE f.follower_id = \(account) AND f.id < \(page.below) ORDER BY f.id DESC LIMIT \(page.rows)
            """, listed)
    }

    private static func listed(_ row: any Row) -> Listed {
        Listed(follow: row.int(0), account: AccountRecords.summary(row, from: 1))
    }

    private static func count(
        _ change: Int, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws {
        guard change != 0 else { return }
        try connection.run(
            "UPDATE accounts SET following_count = following_count + \(change) WHERE id = \(follower)")
        try connection.run("UPDATE accounts SET follower_count = follower_count + \(change) WHERE id = \(followee)")
    }
}
