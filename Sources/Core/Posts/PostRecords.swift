import Storage

/// The SQL of posts.
enum PostRecords {
    /// The columns of a post as `viewer` meets it; needs `posts p JOIN accounts a`.
    static func columns(for viewer: ID<Account>?) -> SQL {
        """
        p.id, a.id, a.username, a.full_name, a.picture, p.caption, p.location, p.likes_count, p.comments_count, \
        p.created_at, p.updated_at, EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND l.account_id = \(viewer)), \
        EXISTS (SELECT 1 FROM saves k WHERE k.post_id = p.id AND k.account_id = \(viewer))
        """
    }
    /// How many they are: what a query selects besides stands after them.
    static let columnCount = 13

    /// A post with the number that its list goes by.
    struct Placed: Sendable {
        let place: Int64
        let post: Post
    }

    /// Posts whole with their photos, by one more query however many they are.
    static func posts(_ query: SQL, in connection: any Connection) throws -> [Post] {
        try posts(query, placedBy: 0, in: connection).map(\.post)
    }

    /// - Parameter column: where each row has the number that the list goes by.
    static func posts(_ query: SQL, placedBy column: Int, in connection: any Connection) throws -> [Placed] {
        let rows = try connection.rows(query) { (place: $0.int(column), post: bare($0)) }
        let photos = try PhotoRecords.photos(of: rows.map(\.post.id), in: connection)
        return rows.map { Placed(place: $0.place, post: $0.post.with(photos[$0.post.id] ?? [])) }
    }

    static func find(_ id: ID<Post>, for viewer: ID<Account>?, in connection: any Connection) throws -> Post? {
        try posts(
            """
            SELECT \(columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
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
        ) { ID<Account>($0.int(0)) }
        guard let author else { throw Problem.notFound("post") }
        return author
    }

    static func neighbours(of id: ID<Post>, by author: ID<Account>, in connection: any Connection) throws -> Neighbours {
        try connection.row(
            """
            SELECT (SELECT min(id) FROM posts WHERE author_id = \(author) AND id > \(id)),
                (SELECT max(id) FROM posts WHERE author_id = \(author) AND id < \(id))
            """
        ) { Neighbours(newer: $0.intOrNil(0).map { ID($0) }, older: $0.intOrNil(1).map { ID($0) }) }
            ?? Neighbours(newer: nil, older: nil)
    }

    /// The posts of one author, newest first.
    static func by(
        _ author: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        try posts(
            """
            SELECT \(columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.author_id = \(author) AND p.id < \(page.below) AND \(Visibility.posts(for: viewer))
            ORDER BY p.id DESC LIMIT \(page.rows)
            """, in: connection)
    }

    static func insert(
        _ id: ID<Post>, _ draft: PostDraft, by author: ID<Account>, at time: Int64, in connection: any Connection
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

    private static func bare(_ row: any Row) -> Bare {
        Bare(
            id: ID(row.int(0)), author: AccountRecords.summary(row, from: 1), caption: row.text(5),
            location: row.text(6), likesCount: Int(row.int(7)), commentsCount: Int(row.int(8)),
            createdAt: row.int(9), updatedAt: row.int(10), likedByViewer: row.bool(11), savedByViewer: row.bool(12))
    }

    /// A post before its photos are read.
    private struct Bare {
        let id: ID<Post>
        let author: AccountSummary
        let caption: String
        let location: String
        let likesCount: Int
        let commentsCount: Int
        let createdAt: Int64
        let updatedAt: Int64
        let likedByViewer: Bool
        let savedByViewer: Bool

        func with(_ photos: [Photo]) -> Post {
            Post(
                id: id, author: author, caption: caption, location: location, photos: photos, likesCount: likesCount,
                commentsCount: commentsCount, likedByViewer: likedByViewer, savedByViewer: savedByViewer,
                createdAt: createdAt, updatedAt: updatedAt)
        }
    }
}
