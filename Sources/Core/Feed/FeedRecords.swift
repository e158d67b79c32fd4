import Storage

/// The SQL of the home feed.
enum FeedRecords {
    /// How many of the community's newest posts the first query looks through.
    static let window = 2000

    private static func followed(by viewer: ID<Account>) -> SQL {
        "SELECT followee_id AS author_id FROM follows WHERE follower_id = \(viewer) UNION ALL SELECT \(viewer)"
    }

    /// The posts of the viewer and of everybody they follow up to the end of the window, in the order of the page.
    ///
    /// The plus keeps the planner from collecting every post of every followed author to sort them: it walks the
    /// posts from the page's end and stops when the page is full.
    static func near(
        _ stretch: PageQuery, upTo edge: Int64, for viewer: ID<Account>, rows: Int,
        in connection: any Connection
    ) throws -> [Post] {
        let inWindow: SQL = stretch.end == .newest ? "p.id >= \(edge)" : "p.id <= \(edge)"
        return try PostRecords.posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE \(stretch.holds("p.id")) AND \(inWindow) AND +p.author_id IN (\(followed(by: viewer)))
                AND \(Visibility.followed(by: viewer))
            ORDER BY \(stretch.order("p.id")) LIMIT \(rows)
            """, in: connection)
    }

    /// The same page whatever the age of its posts: of each author no more than a page, then the first of all these. It
    /// costs what the number of followed people costs, not what the community ever posted.
    static func ofEachAuthor(
        _ stretch: PageQuery, for viewer: ID<Account>, rows: Int, in connection: any Connection
    ) throws -> [Post] {
        try PostRecords.posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM (\(followed(by: viewer))) f
            JOIN posts p ON p.id IN (
                SELECT id FROM posts WHERE author_id = f.author_id AND \(stretch.holds("id"))
                ORDER BY \(stretch.order("id")) LIMIT \(rows))
            JOIN accounts a ON a.id = p.author_id
            WHERE \(Visibility.followed(by: viewer)) ORDER BY \(stretch.order("p.id")) LIMIT \(rows)
            """, in: connection)
    }

    /// The id of the last post in the window; nil where the community has no more posts than that.
    static func edge(of stretch: PageQuery, in connection: any Connection) throws -> Int64? {
        try connection.int(
            """
            SELECT id FROM posts WHERE \(stretch.holds("id")) ORDER BY \(stretch.order("id")) LIMIT 1 OFFSET \(window)
            """)
    }
}
