import Storage

/// The SQL of follows and of requests to follow. Each change keeps the counters of both accounts.
enum FollowRecords {
    struct Listed: Sendable {
        let follow: Int64
        let account: AccountSummary
    }

    /// Whether it is new.
    @discardableResult
    static func insert(
        _ id: ID<Follows>, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let added = try connection.run(
            """
            INSERT INTO follows (id, follower_id, followee_id) VALUES (\(id), \(follower), \(followee))
            ON CONFLICT DO NOTHING
            """)
        try count(added, from: follower, to: followee, in: connection)
        return added == 1
    }

    static func delete(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws {
        let removed = try connection.run(
            "DELETE FROM follows WHERE follower_id = \(follower) AND followee_id = \(followee)")
        try count(-removed, from: follower, to: followee, in: connection)
        try deleteRequest(from: follower, to: followee, in: connection)
    }

    static func exists(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        try connection.exists(
            "SELECT 1 FROM follows WHERE follower_id = \(follower) AND followee_id = \(followee)")
    }

    /// How `viewer` and `other` stand to each other, in one query.
    static func relationship(
        of viewer: ID<Account>, to other: ID<Account>, in connection: any Connection
    ) throws -> Relationship? {
        try connection.row(
            """
            SELECT EXISTS (SELECT 1 FROM follows WHERE follower_id = \(viewer) AND followee_id = \(other)),
                EXISTS (SELECT 1 FROM follow_requests WHERE follower_id = \(viewer) AND followee_id = \(other)),
                EXISTS (SELECT 1 FROM follows WHERE follower_id = \(other) AND followee_id = \(viewer)),
                EXISTS (SELECT 1 FROM follow_requests WHERE follower_id = \(other) AND followee_id = \(viewer)),
                EXISTS (SELECT 1 FROM blocks WHERE blocker_id = \(viewer) AND blocked_id = \(other)),
                EXISTS (SELECT 1 FROM mutes WHERE muter_id = \(viewer) AND muted_id = \(other))
            """
        ) { row in
            Relationship(
                following: row.bool(0), requested: row.bool(1), followedBy: row.bool(2), requestedBy: row.bool(3),
                blocking: row.bool(4), muting: row.bool(5))
        }
    }

    @Sendable static func followers(
        of account: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Listed] {
        try connection.rows(
            """
            SELECT f.id, \(AccountRecords.summaryColumns) FROM follows f JOIN accounts a ON a.id = f.follower_id
            WHERE f.followee_id = \(account) AND f.id < \(page.below) AND \(Visibility.people(for: viewer))
            ORDER BY f.id DESC LIMIT \(page.rows)
            """, listed)
    }

    @Sendable static func following(
        by account: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Listed] {
        try connection.rows(
            """
            SELECT f.id, \(AccountRecords.summaryColumns) FROM follows f JOIN accounts a ON a.id = f.followee_id
            WHERE f.follower_id = \(account) AND f.id < \(page.below) AND \(Visibility.people(for: viewer))
            ORDER BY f.id DESC LIMIT \(page.rows)
            """, listed)
    }

    static func listed(_ row: any Row) -> Listed {
        Listed(follow: row.int(0), account: AccountRecords.summary(row, from: 1))
    }

    // MARK: - Requests

    /// Whether it is new.
    static func insertRequest(
        _ id: ID<Follows>, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            INSERT INTO follow_requests (id, follower_id, followee_id) VALUES (\(id), \(follower), \(followee))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    /// Whether there was one; the notification of it goes too.
    @discardableResult
    static func deleteRequest(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let removed = try connection.run(
            "DELETE FROM follow_requests WHERE follower_id = \(follower) AND followee_id = \(followee)")
        if removed > 0 {
            try NotificationRecords.delete(.request, by: follower, for: followee, in: connection)
        }
        return removed > 0
    }

    static func requests(
        to followee: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Listed] {
        try connection.rows(
            """
            SELECT r.id, \(AccountRecords.summaryColumns) FROM follow_requests r JOIN accounts a ON a.id = r.follower_id
            WHERE r.followee_id = \(followee) AND r.id < \(page.below) ORDER BY r.id DESC LIMIT \(page.rows)
            """, listed)
    }

    /// Makes followers of everybody who asked.
    static func acceptAll(to followee: ID<Account>, ids: IDSequence, in connection: any Connection) throws {
        let askers = try connection.rows(
            "SELECT follower_id FROM follow_requests WHERE followee_id = \(followee) ORDER BY id"
        ) { ID<Account>($0.int(0)) }
        for asker in askers {
            try deleteRequest(from: asker, to: followee, in: connection)
            try insert(ids.next(), from: asker, to: followee, in: connection)
        }
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
