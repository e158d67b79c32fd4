import Storage

/// The SQL of posts.
enum PostRecords {
    /// A post with its sort key in a list that is not sorted by post id.
    struct Listed: Sendable {
        var post: Post
        let sortKey: Int64
    }

    /// Reads posts, and the photos of all of them with one more query.
    static func posts(_ query: SQL, in connection: any Connection) throws -> [Post] {
        var posts = try connection.rows(query) { Post(&$0) }
        let photos = try PhotoRecords.photos(of: posts.map(\.id), in: connection)
        for index in posts.indices { posts[index].photos = photos[posts[index].id] ?? [] }
        return posts
    }

    /// Reads posts with a query that selects the sort key of the list after the columns of the post.
    static func listed(_ query: SQL, in connection: any Connection) throws -> [Listed] {
        var rows = try connection.rows(query) { Listed(post: Post(&$0), sortKey: $0.int()) }
        let photos = try PhotoRecords.photos(of: rows.map(\.post.id), in: connection)
        for index in rows.indices { rows[index].post.photos = photos[rows[index].post.id] ?? [] }
        return rows
    }

    static func find(_ id: ID<Post>, for viewer: ID<Account>?, in connection: any Connection) throws -> Post?
    {
        try posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.id = \(id) AND \(Visibility.posts(for: viewer))
            """, in: connection
        ).first
    }

    /// The author of a post that `viewer` may see.
    /// - Throws: ``Problem`` of kind `notFound` if the post does not exist or the viewer may not see it.
    static func author(
        of id: ID<Post>, for viewer: ID<Account>?, in connection: any Connection
    ) throws -> ID<Account> {
        let author = try connection.row(
            """
            SELECT a.id FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.id = \(id) AND \(Visibility.posts(for: viewer))
            """
        ) { $0.id() as ID<Account> }
        guard let author else { throw Problem.notFound("post") }
        return author
    }

    static func neighbours(of id: ID<Post>, by author: ID<Account>, in connection: any Connection) throws
        -> AdjacentPosts
    {
        try connection.row(
            """
            SELECT (SELECT min(id) FROM posts WHERE author_id = \(author) AND id > \(id)),
                (SELECT max(id) FROM posts WHERE author_id = \(author) AND id < \(id))
            """
        ) { AdjacentPosts(newer: $0.idOrNil(), older: $0.idOrNil()) }
            ?? AdjacentPosts(newer: nil, older: nil)
    }

    /// The posts of one author, newest first.
    static func by(
        _ author: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        let query = page.query()
        return try posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.author_id = \(author) AND \(query.contains("p.id")) AND \(Visibility.posts(for: viewer))
            ORDER BY \(query.order("p.id")) LIMIT \(page.fetchLimit)
            """, in: connection)
    }

    static func insert(
        _ id: ID<Post>, _ draft: PostDraft, by author: ID<Account>, at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
            VALUES (\(id), \(author), \(draft.caption), \(draft.location), \(time), \(time))
            """)
        try connection.run("UPDATE accounts SET posts_count = posts_count + 1 WHERE id = \(author)")
    }

    /// Changes the values that are not nil.
    static func edit(_ id: ID<Post>, _ edit: PostEdit, at time: Int64, in connection: any Connection) throws {
        try connection.run(
            """
            UPDATE posts SET caption = coalesce(\(edit.caption), caption),
                location = coalesce(\(edit.location), location), updated_at = \(time)
            WHERE id = \(id)
            """)
    }

    /// Updates the index entries of a post: the tags of its caption, and its text in the search index.
    static func index(_ post: Post, in connection: any Connection) throws {
        try index(post.id, caption: post.caption, photos: post.photos, in: connection)
    }

    static func index(
        _ id: ID<Post>, caption: String, photos: [Photo], in connection: any Connection
    ) throws {
        try connection.run("DELETE FROM post_tags WHERE post_id = \(id)")
        for tag in RichText(caption).tags {
            try connection.run("INSERT INTO post_tags (tag, post_id) VALUES (\(tag), \(id))")
        }
        let altTexts = photos.map(\.altText).joined(separator: "\n")
        try SearchRecords.index(id, caption: caption, altTexts: altTexts, in: connection)
    }

    static func delete(_ id: ID<Post>, by author: ID<Account>, in connection: any Connection) throws {
        try SearchRecords.delete(id, in: connection)
        guard try connection.run("DELETE FROM posts WHERE id = \(id)") == 1 else { return }
        try connection.run("UPDATE accounts SET posts_count = posts_count - 1 WHERE id = \(author)")
    }
}
