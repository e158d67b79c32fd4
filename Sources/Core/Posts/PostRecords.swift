import Storage

/// The SQL of posts.
enum PostRecords {
    /// A post with the number that its list goes by.
    struct Placed: Sendable {
        var post: Post
        let place: Int64
    }

    /// Posts whole with their photos, by one more query however many they are.
    static func posts(_ query: SQL, in connection: any Connection) throws -> [Post] {
        var posts = try connection.rows(query) { Post(&$0) }
        let photos = try PhotoRecords.photos(of: posts.map(\.id), in: connection)
        for place in posts.indices { posts[place].photos = photos[posts[place].id] ?? [] }
        return posts
    }

    /// The same for a query that selects after the columns of a post the number that the list goes by.
    static func placed(_ query: SQL, in connection: any Connection) throws -> [Placed] {
        var rows = try connection.rows(query) { Placed(post: Post(&$0), place: $0.int()) }
        let photos = try PhotoRecords.photos(of: rows.map(\.post.id), in: connection)
        for place in rows.indices { rows[place].post.photos = photos[rows[place].post.id] ?? [] }
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
    /// - Throws: ``Problem`` of kind `notFound` for what is not there or not theirs to see.
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
        -> Neighbours
    {
        try connection.row(
            """
            SELECT (SELECT min(id) FROM posts WHERE author_id = \(author) AND id > \(id)),
                (SELECT max(id) FROM posts WHERE author_id = \(author) AND id < \(id))
            """
        ) { Neighbours(newer: $0.idOrNil(), older: $0.idOrNil()) }
            ?? Neighbours(newer: nil, older: nil)
    }

    /// The posts of one author, newest first.
    static func by(
        _ author: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        let pageQuery = page.stretch()
        return try posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.author_id = \(author) AND \(pageQuery.holds("p.id")) AND \(Visibility.posts(for: viewer))
            ORDER BY \(pageQuery.order("p.id")) LIMIT \(page.rows)
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

    /// Changes what is given; what is nil stays.
    static func edit(_ id: ID<Post>, _ edit: PostEdit, at time: Int64, in connection: any Connection) throws {
        try connection.run(
            """
            UPDATE posts SET caption = coalesce(\(edit.caption), caption), location = coalesce(\(edit.location), location),
                updated_at = \(time)
            WHERE id = \(id)
            """)
    }

    /// Keeps what a post is found by: the tags of its caption, and its words.
    static func index(_ post: Post, in connection: any Connection) throws {
        try connection.run("DELETE FROM post_tags WHERE post_id = \(post.id)")
        for tag in RichText(post.caption).tags {
            try connection.run("INSERT INTO post_tags (tag, post_id) VALUES (\(tag), \(post.id))")
        }
        try SearchRecords.index(
            post.id, caption: post.caption, altTexts: words(post.photos), in: connection)
    }

    /// What a post is found by besides its caption.
    static func words(_ photos: [Photo]) -> String { photos.map(\.altText).joined(separator: "\n") }

    static func delete(_ id: ID<Post>, by author: ID<Account>, in connection: any Connection) throws {
        try SearchRecords.forget(id, in: connection)
        guard try connection.run("DELETE FROM posts WHERE id = \(id)") == 1 else { return }
        try connection.run("UPDATE accounts SET posts_count = posts_count - 1 WHERE id = \(author)")
    }
}
