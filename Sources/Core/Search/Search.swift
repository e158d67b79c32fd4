import Storage

/// Searches for people, tags and posts. Results are sorted by rank; see ``SearchPosition``.
package struct Search: Sendable {
    /// How many posts with the words in the caption are considered for a page, and how many with the words
    /// anywhere; the newest after the cursor.
    static let postsWindow = 2000
    /// How many tags that begin with the typed text are considered, in alphabetical order.
    static let tagsWindow = 500
    /// How many of these tags are results, the most used ones.
    static let tagsFound = 100
    /// The largest number of posts that is counted for a tag. There is a limit because the search runs on
    /// every key press.
    package static let tagCountLimit = 100

    let storage: any Storage
    let clock: WallClock

    /// People whose username or name contains words with these beginnings. An exact username comes first,
    /// then usernames that begin with the query, then the others; each group is sorted by the number of
    /// followers.
    package func people(
        _ query: SearchQuery, for viewer: Viewer?, page: SearchPage<PersonPosition>
    ) async throws -> Page<AccountSummary> {
        let words = query.words
        guard !words.isEmpty else { return Page(items: [], nextCursor: nil) }
        let name = Username.normalized(query.text)
        let after = page.after ?? PersonPosition(rank: -1, followers: 0, id: 0)
        return try await storage.read { connection in
            let match = SearchRecords.people(matching: words, connection.dialect)
            let found = try connection.rows(
                """
                SELECT * FROM (
                    SELECT \(AccountSummary.columns), CASE WHEN a.username = \(name) THEN 0 \
                WHEN substr(a.username, 1, length(\(name))) = \(name) THEN 1 ELSE 2 END AS place, \
                a.follower_count FROM accounts a \(match.join)
                    WHERE \(match.condition) AND \(Visibility.people(for: viewer?.id))
                ) found
                WHERE place > \(after.rank) OR place = \(after.rank) AND (follower_count < \(after.followers)
                    OR follower_count = \(after.followers) AND id > \(after.id))
                ORDER BY place, follower_count DESC, id LIMIT \(page.fetchLimit)
                """
            ) { row in
                let account: AccountSummary = row.value()
                return Found(
                    account, PersonPosition(rank: row.int(), followers: row.int(), id: account.id.value))
            }
            return Self.page(found, limit: page.limit)
        }
    }

    /// Tags that begin with the query, most used first. The search runs while a person types, so its cost is
    /// bounded: see ``tagsWindow``, ``tagsFound`` and ``tagCountLimit``.
    package func tags(
        _ query: SearchQuery, for viewer: Viewer?, page: SearchPage<TagPosition>
    ) async throws -> Page<TagCount> {
        guard let start = RichText.tag(query.text) else { return Page(items: [], nextCursor: nil) }
        return try await storage.read { connection in
            let found = try SearchRecords.tags(
                beginningWith: start, for: viewer?.id, after: page.after, limit: page.fetchLimit,
                in: connection)
            return Self.page(
                found.map { Found($0, TagPosition(posts: Int64($0.postsCount), tag: $0.tag)) },
                limit: page.limit)
        }
    }

    /// Posts whose captions and alt texts contain the words. Posts with all words in the caption come first;
    /// within each group, and without words, the newest come first.
    package func posts(
        _ query: SearchQuery, for viewer: Viewer?, page: SearchPage<PostPosition>
    ) async throws -> Page<Post> {
        guard !query.isEmpty else { return Page(items: [], nextCursor: nil) }
        let time = clock.now()
        return try await storage.read { connection in
            // A former username leads to the posts of its owner, as the address of the profile does.
            let author = try query.author.map {
                try FormerUsernames.current(ofFormer: $0, for: viewer?.id, at: time, in: connection) ?? $0
            }
            // An author or a tag narrows the search to few posts. Without one, only the newest matches are
            // considered.
            let isNarrow = author != nil || !query.tags.isEmpty
            let match =
                query.words.isEmpty
                ? nil
                : SearchRecords.posts(
                    matching: query.words, after: page.after, among: isNarrow ? .max : Self.postsWindow,
                    connection.dialect)
            // With an author, the search finds the same posts as the author's profile shows, even if the
            // author is muted.
            var condition =
                author == nil ? Visibility.findable(for: viewer?.id) : Visibility.posts(for: viewer?.id)
            if let author { condition = "\(condition) AND a.username = \(author)" }
            for tag in query.tags {
                condition = """
                    \(condition)
                    AND p.id IN (SELECT t.post_id FROM post_tags t WHERE t.tag = \(tag))
                    """
            }
            let rank = match?.rank ?? "0"
            if let after = page.after {
                let isAfter: SQL =
                    match == nil
                    ? "p.id < \(after.id)"
                    : "(\(rank) > \(after.rank) OR \(rank) = \(after.rank) AND p.id < \(after.id))"
                condition = "\(condition) AND \(isAfter)"
            }
            let order: SQL = match == nil ? "p.id DESC" : "\(rank), p.id DESC"
            let found = try PostRecords.listed(
                """
                SELECT \(Post.columns(for: viewer?.id)), \(rank)
                FROM posts p JOIN accounts a ON a.id = p.author_id
                \(match?.join ?? "") WHERE \(condition) ORDER BY \(order) LIMIT \(page.fetchLimit)
                """, in: connection)
            return Self.page(
                found.map { Found($0.post, PostPosition(rank: $0.sortKey, id: $0.post.id.value)) },
                limit: page.limit)
        }
    }

    /// A result with its position.
    private struct Found<Item: Sendable> {
        let item: Item
        let cursor: String

        init(_ item: Item, _ position: some SearchPosition) {
            self.item = item
            cursor = position.cursor
        }
    }

    private static func page<Item>(_ found: [Found<Item>], limit: Int) -> Page<Item> {
        let page = Page(found, limit: limit, cursor: \.cursor)
        return page.map(\.item)
    }
}
