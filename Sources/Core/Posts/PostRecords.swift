import Storage

/// The SQL of posts.
enum PostRecords {
    /// The columns of a post as `viewer` meets it; needs `posts p JOIN accounts a`.
    static func columns(for viewer: ID<Account>?) -> SQL {
        """
        p.id, a.id, a.username, a.full_name, p.caption, p.location, p.likes_count, p.comments_count, p.created_at, \
        p.updated_at, EXISTS (SELECT 1 FROM likes l WHERE l.post_id = p.id AND l.account_id = \(viewer)) AS liked
        """
    }

    /// Posts whole with their photos, by one more query however many they are.
    static func posts(_ query: SQL, in connection: any Connection) throws -> [Post] {
        let rows = try connection.rows(query, bare)
        let photos = try PhotoRecords.photos(of: rows.map(\.id), in: connection)
        return rows.map { $0.with(photos[$0.id] ?? []) }
    }

    static func find(_ id: ID<Post>, for viewer: ID<Account>?, in connection: any Connection) throws -> Post? {
        try posts(
            """
            SELECT \(columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id WHERE p.id = \(id)
            """, in: connection
        ).first
    }

    static func author(of id: ID<Post>, in connection: any Connection) throws -> ID<Account>? {
        try connection.row("SELECT author_id FROM posts WHERE id = \(id)") { ID($0.int(0)) }
    }

    /// The posts of one author, newest first.
    static func by(
        _ author: ID<Account>, for viewer: ID<Account>?, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        try posts(
            """
            SELECT \(columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.author_id = \(author) AND p.id < \(page.below) ORDER BY p.id DESC LIMIT \(page.rows)
            """, in: connection)
    }

    /// The posts of the viewer and of everybody they follow, newest first.
    ///
    /// The plus keeps the planner from collecting every post of every followed author to sort them: it walks the
    /// posts from the newest and stops when the page is full.
    static func home(
        of viewer: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        try posts(
            """
            SELECT \(columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.id < \(page.below) AND +p.author_id IN (
                SELECT followee_id FROM follows WHERE follower_id = \(viewer) UNION ALL SELECT \(viewer))
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

    static func delete(_ id: ID<Post>, by author: ID<Account>, in connection: any Connection) throws {
        guard try connection.run("DELETE FROM posts WHERE id = \(id)") == 1 else { return }
        try connection.run("UPDATE accounts SET posts_count = posts_count - 1 WHERE id = \(author)")
    }

    private static func bare(_ row: any Row) -> Bare {
        Bare(
            id: ID(row.int(0)), author: AccountRecords.summary(row, from: 1), caption: row.text(4),
            location: row.text(5), likesCount: Int(row.int(6)), commentsCount: Int(row.int(7)),
            createdAt: row.int(8), updatedAt: row.int(9), likedByViewer: row.bool(10))
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

        func with(_ photos: [Photo]) -> Post {
            Post(
                id: id, author: author, caption: caption, location: location, photos: photos, likesCount: likesCount,
                commentsCount: commentsCount, likedByViewer: likedByViewer, createdAt: createdAt, updatedAt: updatedAt)
        }
    }
}
