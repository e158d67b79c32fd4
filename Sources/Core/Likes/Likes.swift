import Storage

/// The rules of liking posts and comments.
package struct Likes: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let notifier: Notifier

    /// Likes a post; idempotent.
    package func like(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await notifier.write { [ids] connection, notifications in
            let author = try PostRecords.author(of: post, for: viewer.id, in: connection)
            if try LikeRecords.insert(ids.next(), of: post, by: viewer.id, in: connection) {
                notifications.append(NewNotification(.like, by: viewer.id, for: author, post: post))
            }
        }
    }

    /// Removes the viewer's like of a post, even if the viewer may no longer see the post; idempotent.
    package func unlike(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await storage.write { connection in
            guard try LikeRecords.delete(of: post, by: viewer.id, in: connection) else {
                _ = try PostRecords.author(of: post, for: viewer.id, in: connection)
                return
            }
            try NotificationRecords.delete(.like, by: viewer.id, post: post, in: connection)
        }
    }

    /// The people who liked a post, latest like first.
    package func likers(of post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        try await storage.read { connection in
            _ = try PostRecords.author(of: post, for: viewer?.id, in: connection)
            let listed = try LikeRecords.likers(of: post, for: viewer?.id, page: page, in: connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }

    /// Likes a comment; idempotent.
    /// - Returns: the post that the comment belongs to.
    @discardableResult
    package func like(_ comment: ID<Comment>, by viewer: Viewer) async throws -> ID<Post> {
        try await notifier.write { [ids] connection, notifications in
            let found = try CommentRecords.place(of: comment, for: viewer.id, in: connection)
            if try LikeRecords.insert(ids.next(), of: comment, by: viewer.id, in: connection) {
                notifications.append(
                    NewNotification(
                        .commentLike, by: viewer.id, for: found.author, post: found.post, comment: comment)
                )
            }
            return found.post
        }
    }

    /// Removes the viewer's like of a comment, even if the viewer may no longer see the comment; idempotent.
    /// - Returns: the post that the comment belongs to.
    @discardableResult
    package func unlike(_ comment: ID<Comment>, by viewer: Viewer) async throws -> ID<Post> {
        try await storage.write { connection in
            guard try LikeRecords.delete(of: comment, by: viewer.id, in: connection),
                let post = try CommentRecords.post(of: comment, in: connection)
            else { return try CommentRecords.place(of: comment, for: viewer.id, in: connection).post }
            try NotificationRecords.delete(.commentLike, by: viewer.id, comment: comment, in: connection)
            return post
        }
    }
}

/// The SQL of likes. Each change also updates the like counter of the post or comment.
enum LikeRecords {
    /// Returns whether the like is new.
    static func insert(
        _ id: ID<Likes>, of post: ID<Post>, by account: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let added = try connection.run(
            """
            INSERT INTO likes (id, post_id, account_id) VALUES (\(id), \(post), \(account))
            ON CONFLICT DO NOTHING
            """)
        try changeCounter(by: added, of: post, in: connection)
        return added == 1
    }

    /// Returns whether there was a like.
    static func delete(of post: ID<Post>, by account: ID<Account>, in connection: any Connection) throws
        -> Bool
    {
        let removed = try connection.run(
            "DELETE FROM likes WHERE post_id = \(post) AND account_id = \(account)")
        try changeCounter(by: -removed, of: post, in: connection)
        return removed > 0
    }

    static func likers(
        of post: ID<Post>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [FollowRecords.Row] {
        let query = page.query()
        return try connection.rows(
            """
            SELECT l.id, \(AccountSummary.columns)
            FROM likes l JOIN accounts a ON a.id = l.account_id JOIN posts p ON p.id = l.post_id
            WHERE l.post_id = \(post) AND \(query.contains("l.id")) AND \(Visibility.people(for: viewer))
            AND \(Visibility.reactions)
            ORDER BY \(query.order("l.id")) LIMIT \(page.fetchLimit)
            """
        ) { FollowRecords.Row(&$0) }
    }

    /// Returns whether the like is new.
    static func insert(
        _ id: ID<Likes>, of comment: ID<Comment>, by account: ID<Account>, in connection: any Connection
    ) throws -> Bool {
        let added = try connection.run(
            """
            INSERT INTO comment_likes (id, comment_id, account_id) VALUES (\(id), \(comment), \(account))
            ON CONFLICT DO NOTHING
            """)
        try changeCounter(by: added, of: comment, in: connection)
        return added == 1
    }

    /// Returns whether there was a like.
    static func delete(of comment: ID<Comment>, by account: ID<Account>, in connection: any Connection) throws
        -> Bool
    {
        let removed = try connection.run(
            "DELETE FROM comment_likes WHERE comment_id = \(comment) AND account_id = \(account)")
        try changeCounter(by: -removed, of: comment, in: connection)
        return removed > 0
    }

    private static func changeCounter(by change: Int, of post: ID<Post>, in connection: any Connection)
        throws
    {
        guard change != 0 else { return }
        try connection.run("UPDATE posts SET likes_count = likes_count + \(change) WHERE id = \(post)")
    }

    private static func changeCounter(by change: Int, of comment: ID<Comment>, in connection: any Connection)
        throws
    {
        guard change != 0 else { return }
        try connection.run("UPDATE comments SET likes_count = likes_count + \(change) WHERE id = \(comment)")
    }
}
