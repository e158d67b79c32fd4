import Storage

/// The SQL of comments. Each change also updates the counter of the post.
enum CommentRecords {
    /// Returns the comments of a post with their replies, oldest first.
    static func of(
        _ post: ID<Post>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Comment] {
        let query = page.query(from: .oldest)
        return try connection.rows(
            """
            SELECT \(Comment.columns(for: viewer))
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.post_id = \(post) AND \(query.contains("c.id")) AND \(Visibility.people(for: viewer))
            AND \(Visibility.reactions)
            ORDER BY \(query.order("c.id")) LIMIT \(page.fetchLimit)
            """
        ) { Comment(&$0) }
    }

    /// - Throws: ``Problem`` of kind `notFound` if there is no such comment, or `viewer` may not see it.
    static func find(_ id: ID<Comment>, for viewer: ID<Account>, in connection: any Connection) throws
        -> Comment
    {
        let found = try connection.row(
            """
            SELECT \(Comment.columns(for: viewer))
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.id = \(id) AND \(Visibility.people(for: viewer)) AND \(Visibility.reactions)
            """
        ) { Comment(&$0) }
        guard let found else { throw Problem.notFound("comment") }
        return found
    }

    /// Returns the comments of one author, oldest first.
    static func by(
        _ author: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Comment] {
        let query = page.query(from: .oldest)
        return try connection.rows(
            """
            SELECT \(Comment.columns(for: author))
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.author_id = \(author) AND \(query.contains("c.id"))
            ORDER BY \(query.order("c.id")) LIMIT \(page.fetchLimit)
            """
        ) { Comment(&$0) }
    }

    /// Returns the post, the authors and the parent of a comment.
    /// - Parameter isForDeletion: whether the author of the post also finds comments that are hidden because
    ///   of a block.
    /// - Throws: ``Problem`` of kind `notFound` if there is no such comment, or `viewer` may not see it.
    static func place(
        of id: ID<Comment>, for viewer: ID<Account>?, isForDeletion: Bool = false,
        in connection: any Connection
    ) throws -> (post: ID<Post>, author: ID<Account>, postAuthor: ID<Account>, replyTo: ID<Comment>?) {
        let found = try connection.row(
            """
            SELECT c.post_id, a.id, c.reply_to_id
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.id = \(id) AND (\(isForDeletion ? viewer : nil) = p.author_id
                OR \(Visibility.people(for: viewer)) AND \(Visibility.reactions))
            """
        ) { ($0.id() as ID<Post>, $0.id() as ID<Account>, $0.idOrNil() as ID<Comment>?) }
        guard let found else { throw Problem.notFound("comment") }
        do {
            let postAuthor = try PostRecords.author(of: found.0, for: viewer, in: connection)
            return (found.0, found.1, postAuthor, found.2)
        } catch is Problem {
            throw Problem.notFound("comment")
        }
    }

    static func post(of id: ID<Comment>, in connection: any Connection) throws -> ID<Post>? {
        try connection.row("SELECT post_id FROM comments WHERE id = \(id)") { $0.id() }
    }

    /// Returns the post of a comment by `author`; nil if the comment is by another author or does not
    /// exist.
    static func post(
        of id: ID<Comment>, by author: ID<Account>, in connection: any Connection
    ) throws -> ID<Post>? {
        try connection.row("SELECT post_id FROM comments WHERE id = \(id) AND author_id = \(author)") {
            $0.id()
        }
    }

    static func insert(_ comment: Comment, in connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO comments (id, post_id, author_id, text, reply_to_id, created_at)
            VALUES (\(comment.id), \(comment.post), \(comment.author.id), \(comment.text), \
            \(comment.replyTo), \(comment.createdAt))
            """)
        try connection.run("UPDATE posts SET comments_count = comments_count + 1 WHERE id = \(comment.post)")
    }

    /// Deletes a comment and the replies to it.
    static func delete(_ id: ID<Comment>, of post: ID<Post>, in connection: any Connection) throws {
        let replies = try connection.run("DELETE FROM comments WHERE reply_to_id = \(id)")
        let removed = try connection.run("DELETE FROM comments WHERE id = \(id)") + replies
        try connection.run("UPDATE posts SET comments_count = comments_count - \(removed) WHERE id = \(post)")
    }
}
