import Storage

/// The SQL of follows and follow requests. Each change also updates the counters of both accounts.
enum FollowRecords {
    /// A row of a list of people: the account, and the id that the list is sorted by.
    struct Row: Sendable {
        let follow: Int64
        let account: AccountSummary

        init(_ row: inout RowReader) {
            follow = row.int()
            account = row.value()
        }
    }

    /// Adds a follow. Returns false if it existed already.
    @discardableResult
    static func insert(
        _ id: ID<Follows>, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let added = try connection.run(
            """
            INSERT INTO follows (id, follower_id, followee_id) VALUES (\(id), \(follower), \(followee))
            ON CONFLICT DO NOTHING
            """)
        try updateCounters(by: added, from: follower, to: followee, in: connection)
        return added == 1
    }

    /// Deletes a follow and a follow request. Returns whether there was a follow.
    @discardableResult
    static func delete(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let removed = try connection.run(
            "DELETE FROM follows WHERE follower_id = \(follower) AND followee_id = \(followee)")
        try updateCounters(by: -removed, from: follower, to: followee, in: connection)
        try deleteRequest(from: follower, to: followee, in: connection)
        return removed > 0
    }

    /// Returns the relationship between `viewer` and `other`, in one query.
    static func relationship(
        of viewer: ID<Account>, to other: ID<Account>, in connection: any Connection
    ) throws -> Relationship? {
        try connection.row(
            """
            SELECT EXISTS (SELECT 1 FROM follows WHERE follower_id = \(viewer) AND followee_id = \(other)),
                EXISTS (
                    SELECT 1 FROM follow_requests WHERE follower_id = \(viewer) AND followee_id = \(other)),
                EXISTS (SELECT 1 FROM follows WHERE follower_id = \(other) AND followee_id = \(viewer)),
                EXISTS (
                    SELECT 1 FROM follow_requests WHERE follower_id = \(other) AND followee_id = \(viewer)),
                EXISTS (SELECT 1 FROM blocks WHERE blocker_id = \(viewer) AND blocked_id = \(other)),
                EXISTS (SELECT 1 FROM mutes WHERE muter_id = \(viewer) AND muted_id = \(other))
            """
        ) { row in
            Relationship(
                following: row.bool(), requested: row.bool(), followedBy: row.bool(), requestedBy: row.bool(),
                blocking: row.bool(), muting: row.bool())
        }
    }

    @Sendable static func followers(
        of account: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Row] {
        try people("f.follower_id", where: "f.followee_id = \(account)", for: viewer, page, in: connection)
    }

    @Sendable static func following(
        by account: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Row] {
        try people("f.followee_id", where: "f.follower_id = \(account)", for: viewer, page, in: connection)
    }

    /// The people on one side of `follows f`.
    private static func people(
        _ side: SQL, where condition: SQL, for viewer: ID<Account>?, _ page: PageRequest,
        in connection: any Connection
    ) throws -> [Row] {
        let query = page.query()
        return try connection.rows(
            """
            SELECT f.id, \(AccountSummary.columns) FROM follows f JOIN accounts a ON a.id = \(side)
            WHERE \(condition) AND \(query.contains("f.id")) AND \(Visibility.people(for: viewer))
            ORDER BY \(query.order("f.id")) LIMIT \(page.fetchLimit)
            """
        ) { Row(&$0) }
    }

    /// Returns the private accounts that `follower` follows.
    static func privateFollowees(
        of follower: ID<Account>, in connection: any Connection
    ) throws -> [ID<Account>] {
        try connection.rows(
            """
            SELECT a.id FROM follows f JOIN accounts a ON a.id = f.followee_id
            WHERE f.follower_id = \(follower) AND a.is_private = 1
            """
        ) { $0.id() }
    }

    // MARK: - Requests

    /// Adds a follow request. Returns false if it existed already.
    static func insertRequest(
        _ id: ID<Follows>, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            INSERT INTO follow_requests (id, follower_id, followee_id)
            VALUES (\(id), \(follower), \(followee))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    /// Deletes a follow request and its notification. Returns false if there was none.
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
    ) throws -> [Row] {
        let query = page.query()
        return try connection.rows(
            """
            SELECT r.id, \(AccountSummary.columns)
            FROM follow_requests r JOIN accounts a ON a.id = r.follower_id
            WHERE r.followee_id = \(followee) AND \(query.contains("r.id"))
                AND \(Visibility.people(for: followee))
            ORDER BY \(query.order("r.id")) LIMIT \(page.fetchLimit)
            """
        ) { Row(&$0) }
    }

    /// Accepts all follow requests to an account.
    static func acceptAll(to followee: ID<Account>, ids: IDSequence, in connection: any Connection) throws {
        let requesters = try connection.rows(
            "SELECT follower_id FROM follow_requests WHERE followee_id = \(followee) ORDER BY id"
        ) { $0.id() as ID<Account> }
        for requester in requesters {
            try deleteRequest(from: requester, to: followee, in: connection)
            try insert(ids.next(), from: requester, to: followee, in: connection)
        }
    }

    private static func updateCounters(
        by change: Int, from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    ) throws {
        guard change != 0 else { return }
        try connection.run(
            "UPDATE accounts SET following_count = following_count + \(change) WHERE id = \(follower)")
        try connection.run(
            "UPDATE accounts SET follower_count = follower_count + \(change) WHERE id = \(followee)")
    }
}
