import Storage

/// A tag with how many posts carry it.
package struct TagCount: Sendable, Equatable {
    package let tag: String
    package let postsCount: Int

    package init(tag: String, postsCount: Int) {
        self.tag = tag
        self.postsCount = postsCount
    }
}

/// What there is beyond the people one follows: recent posts of everybody public, tags, people to follow.
package struct Explore: Sendable {
    /// Posts of a tag are counted up to here.
    package static let countLimit = 10_000

    /// So many people are looked at whom the viewer follows, and so many whom each of these follows.
    static let circle = 50

    let storage: any Storage

    /// A tag's posts, and how many there are.
    package struct TagPage: Sendable {
        package let tag: TagCount
        package let posts: Page<Post>
    }

    /// Recent posts of everybody public, newest first.
    package func recent(for viewer: Viewer?, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let stretch = page.stretch()
            let posts = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM posts p JOIN accounts a ON a.id = p.author_id
                WHERE \(stretch.holds("p.id")) AND \(Visibility.discoverable(for: viewer?.id))
                ORDER BY \(stretch.order("p.id")) LIMIT \(page.rows)
                """, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// The posts whose captions carry a tag, newest first. A tag that nobody used has none.
    /// - Throws: ``Problem`` of kind `notFound` for what cannot be a tag.
    package func posts(tagged typed: String, for viewer: Viewer?, page: PageRequest) async throws -> TagPage {
        guard let tag = RichText.tag(typed) else { throw Problem.notFound("tag") }
        return try await storage.read { connection in
            let visible = Visibility.findable(for: viewer?.id)
            let count = try connection.int(
                """
                SELECT count(*) FROM (SELECT 1 FROM post_tags t JOIN posts p ON p.id = t.post_id
                    JOIN accounts a ON a.id = p.author_id WHERE t.tag = \(tag) AND \(visible) LIMIT \(Self.countLimit)) counted
                """)
            let stretch = page.stretch()
            let posts = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM post_tags t JOIN posts p ON p.id = t.post_id
                JOIN accounts a ON a.id = p.author_id
                WHERE t.tag = \(tag) AND \(stretch.holds("t.post_id")) AND \(visible)
                ORDER BY \(stretch.order("t.post_id")) LIMIT \(page.rows)
                """, in: connection)
            return TagPage(
                tag: TagCount(tag: tag, postsCount: Int(count ?? 0)),
                posts: Page(posts, limit: page.limit, cursor: \.id))
        }
    }

    /// People to follow: first those whom the people one follows follow, the most followed among them first; then who
    /// posted lately. Nobody one follows, asked to, blocks, mutes or is.
    package func suggestions(for viewer: Viewer, limit: Int) async throws -> [AccountSummary] {
        let me = viewer.id
        let fitting: SQL = """
            a.id <> \(me) AND \(Visibility.people(for: me))
            AND NOT EXISTS (SELECT 1 FROM follows x WHERE x.follower_id = \(me) AND x.followee_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM follow_requests x WHERE x.follower_id = \(me) AND x.followee_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.muter_id = \(me) AND x.muted_id = a.id)
            """
        return try await storage.read { connection in
            // Of the people followed the last, and of each of these those whom they followed last: the cost stays
            // bounded whomever one follows, and the taste is the newest.
            let friends: [AccountSummary] = try connection.rows(
                """
                SELECT \(AccountSummary.columns) FROM (
                    SELECT f.followee_id AS id, count(*) AS strength FROM (
                        SELECT followee_id FROM follows WHERE follower_id = \(me) ORDER BY id DESC LIMIT \(Self.circle)
                    ) friend JOIN follows f ON f.follower_id = friend.followee_id AND f.id >= coalesce((
                        SELECT x.id FROM follows x WHERE x.follower_id = friend.followee_id
                        ORDER BY x.id DESC LIMIT 1 OFFSET \(Self.circle - 1)), 0)
                    GROUP BY f.followee_id) near
                JOIN accounts a ON a.id = near.id WHERE \(fitting)
                ORDER BY near.strength DESC, a.follower_count DESC, a.id LIMIT \(limit)
                """)
            guard friends.count < limit else { return friends }
            let active: [AccountSummary] = try connection.rows(
                """
                SELECT \(AccountSummary.columns) FROM (
                    SELECT author_id AS id, max(post_id) AS newest FROM (
                        SELECT author_id, id AS post_id FROM posts WHERE id > 0 ORDER BY id DESC LIMIT 500) lately
                    GROUP BY author_id) busy
                JOIN accounts a ON a.id = busy.id WHERE \(fitting) ORDER BY busy.newest DESC LIMIT \(limit)
                """)
            let known = Set(friends.map(\.id))
            return Array((friends + active.filter { !known.contains($0.id) }).prefix(limit))
        }
    }
}
