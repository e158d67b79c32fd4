import Storage

/// The SQL of notifications.
enum NotificationRecords {
    /// Stores a notification, unless the recipient must not or does not want to get it: because they did it
    /// themselves, block or mute the actor, are blocked by the actor, or may not see the post.
    /// - Returns: whether it was stored.
    static func insert(
        _ id: ID<NotificationGroup>, _ notification: NewNotification, in connection: any Connection
    ) throws -> Bool {
        let (actor, recipient) = (notification.actor, notification.recipient)
        guard actor != recipient else { return false }
        let isWanted = try connection.exists(
            """
            SELECT 1 FROM accounts a WHERE a.id = \(actor) AND \(Visibility.people(for: recipient))
            AND NOT EXISTS (SELECT 1 FROM mutes WHERE muter_id = \(recipient) AND muted_id = a.id)
            """)
        guard isWanted else { return false }
        if let post = notification.post {
            let isVisible = try connection.exists(
                """
                SELECT 1 FROM posts p JOIN accounts a ON a.id = p.author_id
                WHERE p.id = \(post) AND \(Visibility.posts(for: recipient))
                """)
            guard isVisible else { return false }
        }
        try connection.run(
            """
            INSERT INTO notifications (id, account_id, actor_id, kind, post_id, comment_id)
            VALUES (\(id), \(recipient), \(actor), \(notification.kind.rawValue), \(notification.post), \
            \(notification.comment))
            """)
        return true
    }

    static func delete(
        _ kind: NotificationGroup.Kind, by actor: ID<Account>, for recipient: ID<Account>,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            DELETE FROM notifications
            WHERE actor_id = \(actor) AND account_id = \(recipient) AND kind = \(kind.rawValue)
            """)
    }

    static func delete(
        _ kind: NotificationGroup.Kind, by actor: ID<Account>, post: ID<Post>, in connection: any Connection
    ) throws {
        try connection.run(
            """
            DELETE FROM notifications
            WHERE post_id = \(post) AND actor_id = \(actor) AND kind = \(kind.rawValue)
            """)
    }

    static func delete(
        _ kind: NotificationGroup.Kind, by actor: ID<Account>, comment: ID<Comment>,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            DELETE FROM notifications
            WHERE comment_id = \(comment) AND actor_id = \(actor) AND kind = \(kind.rawValue)
            """)
    }

    static func deleteAll(between one: ID<Account>, and other: ID<Account>, in connection: any Connection)
        throws
    {
        for (actor, recipient) in [(one, other), (other, one)] {
            try connection.run(
                "DELETE FROM notifications WHERE actor_id = \(actor) AND account_id = \(recipient)")
        }
    }

    static func deleteOld(before id: Int64, in connection: any Connection) throws -> Int {
        try connection.run("DELETE FROM notifications WHERE id < \(id)")
    }

    /// The accounts of the first twenty of these usernames, with one query for each. Names without an account
    /// are left out.
    static func people(named usernames: [String], in connection: any Connection) throws -> [ID<Account>] {
        // A caption of 2,200 characters can mention hundreds of people; only the first twenty are notified.
        try usernames.prefix(20).compactMap { name in
            try connection.row("SELECT id FROM accounts WHERE username = \(name)") { $0.id() as ID<Account> }
        }
    }

    /// A row of a notification group: one of its newest actors, with the values of the whole group.
    struct GroupRow: Sendable {
        let newest: Int64
        let count: Int
        let kind: NotificationGroup.Kind
        let post: ID<Post>?
        let comment: ID<Comment>?
        let isUnread: Bool
        let actor: AccountSummary

        init(_ row: inout RowReader) {
            newest = row.int()
            count = row.count()
            kind = NotificationGroup.Kind(rawValue: row.text()) ?? .mention
            post = row.idOrNil()
            comment = row.idOrNil()
            isUnread = row.bool()
            actor = row.value()
        }
    }

    /// A condition on notifications `received` and their actors `accounts a`: whether the recipient may still
    /// see them. A right that the recipient had when the notification was stored may have ended since, and
    /// the author of the post may have blocked the actor.
    private static func isVisible(to recipient: ID<Account>) -> SQL {
        """
        \(Visibility.people(for: recipient)) AND (received.post_id IS NULL OR EXISTS (
            SELECT 1 FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.id = received.post_id AND \(Visibility.posts(for: recipient))
            AND NOT EXISTS (SELECT 1 FROM blocks w
                WHERE w.blocker_id = p.author_id AND w.blocked_id = received.actor_id)))
        """
    }

    /// The newest notifications of an account, at most ``Notifications/window`` of each kind.
    private static func newest(of account: ID<Account>) -> SQL {
        NotificationGroup.Kind.allCases.dropFirst().reduce(newest(.like, of: account)) { all, kind in
            "\(all) UNION ALL \(newest(kind, of: account))"
        }
    }

    private static func newest(_ kind: NotificationGroup.Kind, of account: ID<Account>) -> SQL {
        """
        SELECT * FROM (SELECT id, account_id, actor_id, kind, post_id, comment_id FROM notifications \
        WHERE account_id = \(account) AND kind = \(kind.rawValue) \
        ORDER BY id DESC LIMIT \(Notifications.window)) newest
        """
    }

    /// The newest groups, with at most three actors each. Notifications are grouped by kind, post, comment
    /// and whether they are unread. Follow requests and accepted requests are not grouped.
    static func groups(
        for account: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [GroupRow] {
        let query = page.query()
        return try connection.rows(
            """
            SELECT g.newest, g.total, g.kind, g.post_id, g.comment_id, g.unread, \(AccountSummary.columns)
            FROM (
                SELECT n.kind, n.post_id, n.comment_id, n.actor_id, n.unread,
                    row_number() OVER (PARTITION BY n.kind, n.post_id, n.comment_id, n.unread, n.single
                        ORDER BY n.id DESC) AS position,
                    count(*) OVER (PARTITION BY n.kind, n.post_id, n.comment_id, n.unread, n.single)
                        AS total,
                    max(n.id) OVER (PARTITION BY n.kind, n.post_id, n.comment_id, n.unread, n.single)
                        AS newest
                FROM (
                    SELECT received.*,
                        CASE WHEN received.id > r.seen_notification THEN 1 ELSE 0 END AS unread,
                        CASE WHEN received.kind IN ('request', 'accepted') THEN received.actor_id ELSE 0 END
                            AS single
                    FROM (\(newest(of: account))) received JOIN accounts r ON r.id = received.account_id
                    JOIN accounts a ON a.id = received.actor_id
                    WHERE \(isVisible(to: account))) n) g
            JOIN accounts a ON a.id = g.actor_id
            WHERE g.position <= 3 AND \(query.contains("g.newest"))
            ORDER BY \(query.order("g.newest")), g.position LIMIT \(page.fetchLimit * 3)
            """
        ) { GroupRow(&$0) }
    }

    static func texts(of comments: [ID<Comment>], in connection: any Connection) throws -> [ID<Comment>:
        String]
    {
        let pairs = try connection.rows(
            "SELECT id, text FROM comments WHERE id IN \(list: comments.map(\.value), connection.dialect)"
        ) { ($0.id() as ID<Comment>, $0.text()) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// How many of the newest 1,000 unread notifications the account may still see, at most 100.
    static func unreadCount(for account: ID<Account>, in connection: any Connection) throws -> Int {
        let count = try connection.int(
            """
            SELECT count(*) FROM (SELECT 1 FROM (
                    SELECT actor_id, post_id FROM notifications WHERE account_id = \(account)
                        AND id > (SELECT seen_notification FROM accounts WHERE id = \(account))
                    ORDER BY id DESC LIMIT 1000) received
                JOIN accounts a ON a.id = received.actor_id WHERE \(isVisible(to: account)) LIMIT 100) unread
            """)
        return Int(count ?? 0)
    }

    /// Accounts that have notifications about an author's posts. Which of these they may see changes when the
    /// author makes the account private. At most 1,000 accounts are returned; the unread counts of the others
    /// are updated when their cache entries expire.
    static func recipients(ofPostsBy author: ID<Account>, in connection: any Connection) throws -> [ID<
        Account
    >] {
        try connection.rows(
            """
            SELECT DISTINCT n.account_id FROM (
                SELECT n.account_id FROM posts p JOIN notifications n ON n.post_id = p.id
                WHERE p.author_id = \(author) ORDER BY p.id DESC LIMIT 10000) n
            WHERE n.account_id <> \(author) LIMIT 1000
            """
        ) { $0.id() }
    }

    /// People who were notified of what `actor` did on an author's posts, at most 1,000.
    static func recipients(
        ofActionsBy actor: ID<Account>, onPostsBy author: ID<Account>, in connection: any Connection
    ) throws -> [ID<Account>] {
        try connection.rows(
            """
            SELECT DISTINCT n.account_id FROM notifications n JOIN posts p ON p.id = n.post_id
            WHERE n.actor_id = \(actor) AND p.author_id = \(author) LIMIT 1000
            """
        ) { $0.id() }
    }

    static func markRead(for account: ID<Account>, in connection: any Connection) throws {
        try connection.run(
            """
            UPDATE accounts SET seen_notification =
                coalesce((SELECT max(id) FROM notifications WHERE account_id = \(account)), seen_notification)
            WHERE id = \(account)
            """)
    }
}
