import Storage

/// The SQL of the home feed. Following means being allowed to see: a block ends it, and a private account grants it.
enum FeedRecords {
    /// How many of the community's newest posts the first query looks through.
    static let window = 2000

    private static func followed(by viewer: ID<Account>) -> SQL {
        "SELECT followee_id AS author_id FROM follows WHERE follower_id = \(viewer) UNION ALL SELECT \(viewer)"
    }

    private static func notMuted(by viewer: ID<Account>) -> SQL {
        "p.author_id NOT IN (SELECT muted_id FROM mutes WHERE muter_id = \(viewer))"
    }

    /// The posts of the viewer and of everybody they follow from `floor` on, newest first.
    ///
    /// The plus keeps the planner from collecting every post of every followed author to sort them: it walks the
    /// posts from the newest and stops when the page is full.
    static func newest(
        for viewer: ID<Account>, page: PageRequest, from floor: Int64, in connection: any Connection
    ) throws -> [Post] {
        try PostRecords.posts(
            """
            SELECT \(PostRecords.columns(for: viewer)) FROM posts p JOIN accounts a ON a.id = p.author_id
            WHERE p.id < \(page.below) AND p.id >= \(floor) AND +p.author_id IN (\(followed(by: viewer)))
                AND \(notMuted(by: viewer))
            ORDER BY p.id DESC LIMIT \(page.rows)
            """, in: connection)
    }

    /// The same page whatever the age of its posts: of each author no more than a page, then the newest of all these. It
    /// costs what the number of followed people costs, not what the community ever posted.
    static func ofEachAuthor(
        for viewer: ID<Account>, page: PageRequest, in connection: any Connection
    ) throws -> [Post] {
        try PostRecords.posts(
            """
            SELECT \(PostRecords.columns(for: viewer)) FROM (\(followed(by: viewer))) f
            JOIN posts p ON p.id IN (
                SELECT id FROM posts WHERE author_id = f.author_id AND id < \(page.below) ORDER BY id DESC LIMIT \(page.rows))
            JOIN accounts a ON a.id = p.author_id
            WHERE \(notMuted(by: viewer)) ORDER BY p.id DESC LIMIT \(page.rows)
            """, in: connection)
    }

    /// The id that ``window`` posts below `below` lie at or above; 0 where there are not so many.
    static func floor(below: Int64, in connection: any Connection) throws -> Int64 {
        try connection.int("SELECT id FROM posts WHERE id < \(below) ORDER BY id DESC LIMIT 1 OFFSET \(window)") ?? 0
    }
}
