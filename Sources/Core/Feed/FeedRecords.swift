import Storage

/// The SQL of the home feed.
enum FeedRecords {
    /// The number of newest posts of the community that the first query searches.
    static let window = 2000

    private static func followed(by viewer: ID<Account>) -> SQL {
        """
        SELECT followee_id AS author_id FROM follows WHERE follower_id = \(viewer) \
        UNION ALL SELECT \(viewer)
        """
    }

    /// Returns the posts of the viewer and of everybody they follow, up to the end of the window, in the
    /// order of the page.
    ///
    /// Without the unary plus, the query planner would collect and sort all posts of all followed authors.
    /// With it, the planner scans the posts from the start of the page and stops when the page is full.
    static func inWindow(
        _ query: PageQuery, upTo windowEnd: Int64, for viewer: ID<Account>, rows: Int,
        in connection: any Connection
    ) throws -> [Post] {
        let isInWindow: SQL = query.end == .newest ? "p.id >= \(windowEnd)" : "p.id <= \(windowEnd)"
        return try PostRecords.posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE \(query.contains("p.id")) AND \(isInWindow) AND +p.author_id IN (\(followed(by: viewer)))
                AND \(Visibility.followed(by: viewer))
            ORDER BY \(query.order("p.id")) LIMIT \(rows)
            """, in: connection)
    }

    /// Returns the same page for posts of any age. It reads at most one page for each followed author, and
    /// returns the first of these posts. The cost depends on the number of followed people, not on the number
    /// of posts in the community.
    static func byAuthor(
        _ query: PageQuery, for viewer: ID<Account>, rows: Int, in connection: any Connection
    ) throws -> [Post] {
        try PostRecords.posts(
            """
            SELECT \(Post.columns(for: viewer)) FROM (\(followed(by: viewer))) f
            JOIN posts p ON p.id IN (
                SELECT id FROM posts WHERE author_id = f.author_id AND \(query.contains("id"))
                ORDER BY \(query.order("id")) LIMIT \(rows))
            JOIN accounts a ON a.id = p.author_id
            WHERE \(Visibility.followed(by: viewer)) ORDER BY \(query.order("p.id")) LIMIT \(rows)
            """, in: connection)
    }

    /// Returns the id of the last post in the window; nil if the list has at most ``window`` posts.
    static func windowEnd(of query: PageQuery, in connection: any Connection) throws -> Int64? {
        try connection.int(
            """
            SELECT id FROM posts WHERE \(query.contains("id"))
            ORDER BY \(query.order("id")) LIMIT 1 OFFSET \(window)
            """)
    }
}
