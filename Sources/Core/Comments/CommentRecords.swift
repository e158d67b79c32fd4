import Storage

/// The SQL of comments. Each change keeps the post's counter.
enum CommentRecords {
    static func of(
        _ post: ID<Post>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Comment] {
        try connection.rows(
            """
            SELECT c.id, a.id, a.username, a.full_name, c.text, c.created_at, p.author_id
            FROM comments c JOIN accounts a ON a.id = c.author_id JOIN posts p ON p.id = c.post_id
            WHERE c.post_id = \(post) AND c.id > \(page.above) ORDER BY c.id LIMIT \(page.rows)
            """
        ) { row in
            let author = AccountRecords.summary(row, from: 1)
            return Comment(
                id: ID(row.int(0)), post: post, author: author, text: row.text(4), createdAt: row.int(5),
                deletableByViewer: viewer != nil && (viewer == author.id || viewer == ID(row.int(6))))
        }
    }

    static func owners(
        of id: ID<Comment>, in connection: any Connection
    ) throws -> (post: ID<Post>, author: ID<Account>, postAuthor: ID<Account>)? {
        try connection.row(
            """
            SELECT p.id, c.author_id, p.author_id FROM comments c JOIN posts p ON p.id = c.post_id WHERE c.id = \(id)
            """
        ) { (ID($0.int(0)), ID($0.int(1)), ID($0.int(2))) }
    }

    static func insert(_ comment: Comment, in connection: any Connection) throws {
        try connection.run(
            """
            INSERT INTO comments (id, post_id, author_id, text, created_at)
            VALUES (\(comment.id), \(comment.post), \(comment.author.id), \(comment.text), \(comment.createdAt))
            """)
        try connection.run("UPDATE posts SET comments_count = comments_count + 1 WHERE id = \(comment.post)")
    }

    static func delete(_ id: ID<Comment>, of post: ID<Post>, in connection: any Connection) throws {
        let removed = try connection.run("DELETE FROM comments WHERE id = \(id)")
        try connection.run("UPDATE posts SET comments_count = comments_count - \(removed) WHERE id = \(post)")
    }
}
