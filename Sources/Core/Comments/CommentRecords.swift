import Storage

/// The SQL of comments. Each change keeps the post's counter.
enum CommentRecords {
    private static func columns(for viewer: ID<Account>?) -> SQL {
        """
        c.id, \(AccountRecords.summaryColumns), c.text, c.created_at, c.reply_to_id, c.likes_count, p.author_id, p.id, \
        EXISTS (SELECT 1 FROM comment_likes k WHERE k.comment_id = c.id AND k.account_id = \(viewer))
        """
    }

    private static func comment(_ row: any Row, for viewer: ID<Account>?) -> Comment {
        let author = AccountRecords.summary(row, from: 1)
        return Comment(
            id: ID(row.int(0)), post: ID(row.int(10)), author: author, text: row.text(5),
            replyTo: row.intOrNil(7).map { ID($0) }, likesCount: Int(row.int(8)), likedByViewer: row.bool(11),
            createdAt: row.int(6),
            deletableByViewer: viewer != nil && (viewer == author.id || viewer == ID(row.int(9))))
    }

    /// The comments of a post, oldest first, answers among them.
    static func of(
        _ post: ID<Post>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Comment] {
        try connection.rows(
            """
            SELECT \(columns(for: viewer))
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.post_id = \(post) AND c.id > \(page.above) AND \(Visibility.people(for: viewer))
            ORDER BY c.id LIMIT \(page.rows)
            """
        ) { comment($0, for: viewer) }
    }

    static func by(_ author: ID<Account>, in connection: any Connection) throws -> [Comment] {
        try connection.rows(
            """
            SELECT \(columns(for: author))
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.author_id = \(author) ORDER BY c.id
            """
        ) { comment($0, for: author) }
    }

    /// Where a comment stands, where `viewer` may see it: `notFound` where not.
    static func place(
        of id: ID<Comment>, for viewer: ID<Account>?, in connection: any Connection
    ) throws -> (post: ID<Post>, author: ID<Account>, postAuthor: ID<Account>, replyTo: ID<Comment>?) {
        let found = try connection.row(
            """
            SELECT c.post_id, a.id, c.reply_to_id FROM comments c JOIN accounts a ON a.id = c.author_id
            WHERE c.id = \(id) AND \(Visibility.people(for: viewer))
            """
        ) { (ID<Post>($0.int(0)), ID<Account>($0.int(1)), $0.intOrNil(2).map { ID<Comment>($0) }) }
        guard let found else { throw Problem.notFound("comment") }
        do {
            let postAuthor = try PostRecords.author(of: found.0, for: viewer, in: connection)
            return (found.0, found.1, postAuthor, found.2)
        } catch is Problem {
            throw Problem.notFound("comment")
        }
    }

    static func insert(_ comment: Comment, in connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO comments (id, post_id, author_id, text, reply_to_id, created_at)
            VALUES (\(comment.id), \(comment.post), \(comment.author.id), \(comment.text), \(comment.replyTo), \
            \(comment.createdAt))
            """)
        try connection.run("UPDATE posts SET comments_count = comments_count + 1 WHERE id = \(comment.post)")
    }

    /// Takes a comment out, and the answers to it.
    static func delete(_ id: ID<Comment>, of post: ID<Post>, in connection: any Connection) throws {
        let answers = try connection.run("DELETE FROM comments WHERE reply_to_id = \(id)")
        let removed = try connection.run("DELETE FROM comments WHERE id = \(id)") + answers
        try connection.run("UPDATE posts SET comments_count = comments_count - \(removed) WHERE id = \(post)")
    }
}
