import Storage

/// The SQL of accounts.
enum AccountRecords {
    static func find(username: String, in connection: any Connection) throws -> Account? {
        try connection.row("SELECT \(Account.columns) FROM accounts a WHERE a.username = \(username)")
    }

    /// Returns the account with this username; nil if there is none or its owner blocks `viewer`.
    static func find(
        username: String, for viewer: ID<Account>?, in connection: any Connection
    ) throws -> Account? {
        try connection.row(
            """
            SELECT \(Account.columns(for: viewer)) FROM accounts a
            WHERE a.username = \(username) AND \(Visibility.profile(for: viewer))
            """)
    }

    static func find(_ id: ID<Account>, in connection: any Connection) throws -> Account? {
        try connection.row("SELECT \(Account.columns) FROM accounts a WHERE a.id = \(id)")
    }

    static func all(in connection: any Connection) throws -> [Account] {
        try connection.rows("SELECT \(Account.columns) FROM accounts a ORDER BY a.username")
    }

    static func email(of id: ID<Account>, in connection: any Connection) throws -> String? {
        try connection.row("SELECT email FROM accounts WHERE id = \(id)") { $0.text() }
    }

    /// Returns the id and the password hash of the account with this email or username, as a user typed it.
    static func idAndPasswordHash(of login: String, in connection: any Connection) throws -> (
        ID<Account>, String
    )? {
        let (email, legacyEmail) = (EmailAddress.normalized(login), EmailAddress.legacyNormalized(login))
        return try connection.row(
            """
            SELECT id, password_hash FROM accounts
            WHERE username = \(Username.normalized(login)) OR email IN (\(email), \(legacyEmail))
            ORDER BY CASE WHEN email = \(email) THEN 0 ELSE 1 END LIMIT 1
            """
        ) { ($0.id(), $0.text()) }
    }

    static func passwordHash(of id: ID<Account>, in connection: any Connection) throws -> String? {
        try connection.row("SELECT password_hash FROM accounts WHERE id = \(id)") { $0.text() }
    }

    static func isDemo(_ id: ID<Account>, in connection: any Connection) throws -> Bool {
        try connection.exists("SELECT 1 FROM accounts WHERE id = \(id) AND is_demo = 1")
    }

    /// Adds an account. Returns false when its username or email is taken.
    static func insert(
        _ id: ID<Account>, _ registration: Registration, passwordHash: String, at time: Int64,
        in connection: any Connection
    ) throws -> Bool {
        let added = try connection.run(
            """
            INSERT INTO accounts (id, username, email, full_name, password_hash, created_at, updated_at)
            VALUES (\(id), \(registration.username), \(registration.email), \(registration.fullName), \
            \(passwordHash), \(time), \(time))
            ON CONFLICT DO NOTHING
            """)
        if added == 1 {
            try SearchRecords.index(id, registration.username, registration.fullName, in: connection)
        }
        return added == 1
    }

    static func setPasswordHash(
        _ hash: String, of id: ID<Account>, at time: Int64, in connection: any Connection
    ) throws {
        try connection.run(
            "UPDATE accounts SET password_hash = \(hash), updated_at = \(time) WHERE id = \(id)")
    }

    /// Changes the given fields; nil leaves a field unchanged.
    static func edit(_ id: ID<Account>, _ edit: ProfileEdit, at time: Int64, in connection: any Connection)
        throws
    {
        try connection.run(
            """
            UPDATE accounts SET full_name = coalesce(\(edit.fullName), full_name),
                bio = coalesce(\(edit.bio), bio),
                website = coalesce(\(edit.website), website), pronouns = coalesce(\(edit.pronouns), pronouns),
                is_private = coalesce(\(edit.isPrivate), is_private), updated_at = \(time)
            WHERE id = \(id)
            """)
    }

    static func setPicture(_ files: String, of id: ID<Account>, at time: Int64, in connection: any Connection)
        throws
    {
        try connection.run("UPDATE accounts SET picture = \(files), updated_at = \(time) WHERE id = \(id)")
    }

    /// - Throws: ``StorageError/unique(_:)`` when another account has the username.
    static func setUsername(_ name: String, of id: ID<Account>, at time: Int64, in connection: any Connection)
        throws
    {
        try connection.run("UPDATE accounts SET username = \(name), updated_at = \(time) WHERE id = \(id)")
    }

    /// - Throws: ``StorageError/unique(_:)`` when another account has the email address.
    static func setEmail(_ email: String, of id: ID<Account>, at time: Int64, in connection: any Connection)
        throws
    {
        try connection.run("UPDATE accounts SET email = \(email), updated_at = \(time) WHERE id = \(id)")
    }

    @Sendable static func demo(in connection: any Connection) throws -> Account? {
        try connection.row(
            "SELECT \(Account.columns) FROM accounts a WHERE a.is_demo = 1 ORDER BY a.id LIMIT 1")
    }

    static func setDemo(_ id: ID<Account>, in connection: any Connection) throws {
        try connection.run("UPDATE accounts SET is_demo = 1 WHERE id = \(id)")
    }

    /// Deletes an account with everything it did, and updates the counters of the posts, comments and
    /// accounts that it affected.
    static func delete(_ id: ID<Account>, in connection: any Connection) throws {
        let statements: [SQL] = [
            """
            UPDATE posts SET likes_count = likes_count - 1
            WHERE id IN (SELECT post_id FROM likes WHERE account_id = \(id))
            """,
            """
            UPDATE comments SET likes_count = likes_count - 1
            WHERE id IN (SELECT comment_id FROM comment_likes WHERE account_id = \(id))
            """,
            // Replies by other members to this account's comments are deleted with those comments.
            """
            UPDATE posts SET comments_count = comments_count - (
                SELECT count(*) FROM comments c LEFT JOIN comments parent ON parent.id = c.reply_to_id
                WHERE c.post_id = posts.id AND (c.author_id = \(id) OR parent.author_id = \(id)))
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
        ]
        for statement in statements { try connection.run(statement) }
        try SearchRecords.delete(postsOf: id, in: connection)
        try SearchRecords.delete(id, in: connection)
        try connection.run("DELETE FROM accounts WHERE id = \(id)")
    }
}
