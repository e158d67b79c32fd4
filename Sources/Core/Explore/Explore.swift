import Storage

/// A tag and the number of posts with it.
package struct TagCount: Sendable, Equatable {
    package let tag: String
    package let postsCount: Int

    package init(tag: String, postsCount: Int) {
        self.tag = tag
        self.postsCount = postsCount
    }
}

/// The rules of discovery: recent posts of public accounts, tags, and suggestions of people to follow.
package struct Explore: Sendable {
    /// The highest number of posts that is counted for a tag.
    package static let countLimit = 10_000

    /// For suggestions, the number of accounts followed by the viewer, and the number of accounts followed by
    /// each of these, that are considered.
    static let suggestionSample = 50

    let storage: any Storage

    /// A tag with its number of posts, and one page of them.
    package struct TagPage: Sendable {
        package let tag: TagCount
        package let posts: Page<Post>
    }

    /// Returns recent posts of public accounts, newest first.
    package func recent(for viewer: Viewer?, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let query = page.query()
            let posts = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM posts p JOIN accounts a ON a.id = p.author_id
                WHERE \(query.contains("p.id")) AND \(Visibility.discoverable(for: viewer?.id))
                ORDER BY \(query.order("p.id")) LIMIT \(page.fetchLimit)
                """, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// Returns the posts with a tag in their caption, newest first. An unused tag has no posts.
    /// - Throws: ``Problem`` of kind `notFound` if the text cannot be a tag.
    package func posts(tagged typed: String, for viewer: Viewer?, page: PageRequest) async throws -> TagPage {
        guard let tag = RichText.tag(typed) else { throw Problem.notFound("tag") }
        return try await storage.read { connection in
            let visible = Visibility.findable(for: viewer?.id)
            let count = try connection.int(
                """
                SELECT count(*) FROM (SELECT 1 FROM post_tags t JOIN posts p ON p.id = t.post_id
                    JOIN accounts a ON a.id = p.author_id
                    WHERE t.tag = \(tag) AND \(visible) LIMIT \(Self.countLimit)) counted
                """)
            let query = page.query()
            let posts = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM post_tags t JOIN posts p ON p.id = t.post_id
                JOIN accounts a ON a.id = p.author_id
                WHERE t.tag = \(tag) AND \(query.contains("t.post_id")) AND \(visible)
                ORDER BY \(query.order("t.post_id")) LIMIT \(page.fetchLimit)
                """, in: connection)
            return TagPage(
                tag: TagCount(tag: tag, postsCount: Int(count ?? 0)),
                posts: Page(posts, limit: page.limit, cursor: \.id))
        }
    }

    /// Returns people to follow. First come those who are followed by people whom the viewer follows, most
    /// often followed first; then recent authors. The result excludes the viewer, and everybody whom the
    /// viewer follows, asked to follow, blocks or mutes, or who blocks the viewer.
    package func suggestions(for viewer: Viewer, limit: Int) async throws -> [AccountSummary] {
        let me = viewer.id
        let isSuggestible: SQL = """
            a.id <> \(me) AND \(Visibility.people(for: me))
            AND NOT EXISTS (SELECT 1 FROM follows x WHERE x.follower_id = \(me) AND x.followee_id = a.id)
            AND NOT EXISTS (
                SELECT 1 FROM follow_requests x WHERE x.follower_id = \(me) AND x.followee_id = a.id)
            AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.muter_id = \(me) AND x.muted_id = a.id)
            """
        return try await storage.read { connection in
            // Only the most recent follows of the viewer and of each followed account are considered. This
            // bounds the cost, and reflects the viewer's current interests.
            let friends: [AccountSummary] = try connection.rows(
                """
                SELECT \(AccountSummary.columns) FROM (
                    SELECT f.followee_id AS id, count(*) AS strength FROM (
                        SELECT followee_id FROM follows
                        WHERE follower_id = \(me) ORDER BY id DESC LIMIT \(Self.suggestionSample)
                    ) friend JOIN follows f ON f.follower_id = friend.followee_id AND f.id >= coalesce((
                        SELECT x.id FROM follows x WHERE x.follower_id = friend.followee_id
                        ORDER BY x.id DESC LIMIT 1 OFFSET \(Self.suggestionSample - 1)), 0)
                    GROUP BY f.followee_id) near
                JOIN accounts a ON a.id = near.id WHERE \(isSuggestible)
                ORDER BY near.strength DESC, a.follower_count DESC, a.id LIMIT \(limit)
                """)
            guard friends.count < limit else { return friends }
            let active: [AccountSummary] = try connection.rows(
                """
                SELECT \(AccountSummary.columns) FROM (
                    SELECT author_id AS id, max(post_id) AS newest FROM (
                        SELECT author_id, id AS post_id FROM posts
                        WHERE id > 0 ORDER BY id DESC LIMIT 500) recent
                    GROUP BY author_id) active
                JOIN accounts a ON a.id = active.id WHERE \(isSuggestible)
                ORDER BY active.newest DESC LIMIT \(limit)
                """)
            let known = Set(friends.map(\.id))
            return Array((friends + active.filter { !known.contains($0.id) }).prefix(limit))
        }
    }
}
