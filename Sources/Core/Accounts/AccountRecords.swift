import Storage

/// The SQL of accounts.
enum AccountRecords {
    static let columns: SQL = """
        a.id, a.username, a.full_name, a.bio, a.website, a.pronouns, a.posts_count, a.follower_count, \
        a.following_count, a.created_at
        """

    static func account(_ row: any Row) -> Account {
        Account(
            id: ID(row.int(0)), username: row.text(1), fullName: row.text(2), bio: row.text(3), website: row.text(4),
            pronouns: row.text(5), postsCount: Int(row.int(6)), followerCount: Int(row.int(7)),
            followingCount: Int(row.int(8)), createdAt: row.int(9))
    }

    /// A summary whose three columns begin at `first`.
    static func summary(_ row: any Row, from first: Int) -> AccountSummary {
        AccountSummary(id: ID(row.int(first)), username: row.text(first + 1), fullName: row.text(first + 2))
    }

    static func find(username: String, in connection: any Connection) throws -> Account? {
        try connection.row("SELECT \(columns) FROM accounts a WHERE a.username = \(username)", account)
    }

    static func find(_ id: ID<Account>, in connection: any Connection) throws -> Account? {
        try connection.row("SELECT \(columns) FROM accounts a WHERE a.id = \(id)", account)
    }

    static func all(in connection: any Connection) throws -> [Account] {
        try connection.rows("SELECT \(columns) FROM accounts a ORDER BY a.username", account)
    }

    static func email(of id: ID<Account>, in connection: any Connection) throws -> String? {
        try connection.row("SELECT email FROM accounts WHERE id = \(id)") { $0.text(0) }
    }

    /// The id and password hash behind an email or username.
    static func password(of login: String, in connection: any Connection) throws -> (ID<Account>, String)? {
        try connection.row("SELECT id, password_hash FROM accounts WHERE username = \(login) OR email = \(login)") {
            (ID($0.int(0)), $0.text(1))
        }
    }

    /// Adds an account; false when its username or email is taken.
    static func insert(
        _ id: ID<Account>, _ registration: Registration, passwordHash: String, at time: Int64,
        in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            INSERT INTO accounts (id, username, email, full_name, password_hash, created_at, updated_at)
            VALUES (\(id), \(registration.username), \(registration.email), \(registration.fullName), \
            \(passwordHash), \(time), \(time))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    static func setPasswordHash(_ hash: String, of id: ID<Account>, at time: Int64, in connection: any Connection) throws {
        try connection.run("UPDATE accounts SET password_hash = \(hash), updated_at = \(time) WHERE id = \(id)")
    }

    /// Takes an account out with all it did, and mends the counters of everything it touched.
    static func delete(_ id: ID<Account>, in connection: any Connection) throws {
        let statements: [SQL] = [
            """
            UPDATE posts SET likes_count = likes_count - 1
            WHERE id IN (SELECT post_id FROM likes WHERE account_id = \(id))
            """,
            """
            UPDATE posts SET comments_count = comments_count
                - (SELECT count(*) FROM comments c WHERE c.post_id = posts.id AND c.author_id = \(id))
            WHERE id IN (SELECT post_id FROM comments WHERE author_id = \(id))
            """,
            """
            UPDATE accounts SET follower_count = follower_count - 1
            WHERE id IN (SELECT followee_id FROM follows WHERE follower_id = \(id))
            """,
            """
            UPDATE accounts SET following_count = following_count - 1
            WHERE id IN (SELECT follower_id FROM follows WHERE followee_id = \(id))
            """,
            "DELETE FROM accounts WHERE id = \(id)",
        ]
        for statement in statements { try connection.run(statement) }
    }
}
