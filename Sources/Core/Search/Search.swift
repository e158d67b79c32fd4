import Storage

/// A search query: words, and optionally an author (`from:ada`) and tags (`#turin`).
package struct SearchQuery: Sendable, Equatable {
    package static let limit = 200

    package let text: String
    package let words: [String]
    package let author: String?
    package let tags: [String]

    /// - Throws: ``Problem`` of kind `unreadable` if the query is too long.
    package init(_ typed: String) throws(Problem) {
        text = typed.trimmed.withoutNUL
        guard text.count <= Self.limit, text.utf8.count <= Self.limit * 16 else {
            throw Problem(.unreadable, field: "q", "Search for at most \(Self.limit) characters.")
        }
        var words: [String] = []
        var author: String?
        var tags: [String] = []
        for part in text.split(whereSeparator: \.isWhitespace) {
            if part.hasPrefix("from:"),
                Username.isPossible(Username.normalized(String(part.dropFirst(5))))
            {
                author = Username.normalized(String(part.dropFirst(5)))
            } else if part.hasPrefix("#") || part.hasPrefix("＃"), let tag = RichText.tag(String(part)) {
                tags.append(tag)
            } else {
                words += Self.words(in: part)
            }
        }
        self.words = words
        self.author = author
        self.tags = tags
    }

    var isEmpty: Bool { words.isEmpty && author == nil && tags.isEmpty }

    /// Splits a text into words of letters, marks and digits, so that no word contains query syntax. Words
    /// that consist only of marks are left out: PostgreSQL ignores them, while SQLite searches for them and
    /// finds nothing.
    static func words(in text: some StringProtocol) -> [String] {
        text.split { character in
            !character.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .nonspacingMark,
                    .spacingMark, .decimalNumber, .letterNumber:
                    true
                default: false
                }
            }
        }.filter { word in
            word.unicodeScalars.contains { !isMark($0) }
        }.map { String($0) }
    }
}

private func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .spacingMark
}

/// Searches for people, tags and posts. Results are sorted by rank, so a cursor is the number of results
/// before it.
package struct Search: Sendable {
    /// The largest cursor of a result list.
    private static let maximumOffset: Int64 = 1000
    /// How many posts with the words in the caption are considered, and how many with the words anywhere; the
    /// newest.
    static let postsWindow = 2000
    /// How many tags that begin with the typed text are considered, in alphabetical order.
    static let tagsWindow = 500
    /// How many of these tags are results, the most used ones.
    static let tagsFound = 100
    /// The largest number of posts that is counted for a tag. There is a limit because the search runs on
    /// every key press.
    package static let tagCountLimit = 100

    let storage: any Storage

    /// People whose username or name contains words with these beginnings. An exact username comes first,
    /// then usernames that begin with the query, then the others; each group is sorted by the number of
    /// followers.
    package func people(_ query: SearchQuery, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        let words = query.words
        guard !words.isEmpty else { return Page(items: [], nextCursor: nil) }
        let name = Username.normalized(query.text)
        return try await storage.read { connection in
            let match = SearchRecords.people(matching: words, connection.dialect)
            let found: [AccountSummary] = try connection.rows(
                """
                SELECT \(AccountSummary.columns) FROM accounts a \(match.join)
                WHERE \(match.condition) AND \(Visibility.people(for: viewer?.id))
                ORDER BY CASE WHEN a.username = \(name) THEN 0 \
                WHEN substr(a.username, 1, length(\(name))) = \(name) THEN 1 ELSE 2 END, \
                a.follower_count DESC, a.id LIMIT \(page.fetchLimit) OFFSET \(Self.offset(page))
                """)
            return Self.ranked(found, page)
        }
    }

    /// Tags that begin with the query, most used first. The search runs while a person types, so its cost is
    /// bounded: see ``tagsWindow``, ``tagsFound`` and ``tagCountLimit``.
    package func tags(_ query: SearchQuery, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        TagCount
    > {
        guard let start = RichText.tag(query.text) else { return Page(items: [], nextCursor: nil) }
        return try await storage.read { connection in
            let found = try SearchRecords.tags(
                beginningWith: start, for: viewer?.id, limit: page.fetchLimit, offset: Self.offset(page),
                in: connection)
            return Self.ranked(found, page)
        }
    }

    /// Posts whose captions and alt texts contain the words. Posts with all words in the caption come first;
    /// within each group, and without words, the newest come first.
    package func posts(_ query: SearchQuery, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        Post
    > {
        guard !query.isEmpty else { return Page(items: [], nextCursor: nil) }
        return try await storage.read { connection in
            // An author or a tag narrows the search to few posts. Without one, only the newest matches are
            // considered.
            let isNarrow = query.author != nil || !query.tags.isEmpty
            let match =
                query.words.isEmpty
                ? nil
                : SearchRecords.posts(
                    matching: query.words, among: isNarrow ? .max : Self.postsWindow, connection.dialect)
            // With an author, the search finds the same posts as the author's profile shows, even if the
            // author is muted.
            var condition =
                query.author == nil ? Visibility.findable(for: viewer?.id) : Visibility.posts(for: viewer?.id)
            if let author = query.author { condition = "\(condition) AND a.username = \(author)" }
            for tag in query.tags {
                condition = """
                    \(condition)
                    AND p.id IN (SELECT t.post_id FROM post_tags t WHERE t.tag = \(tag))
                    """
            }
            let order: SQL = if let match { "\(match.rank), p.id DESC" } else { "p.id DESC" }
            let found = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM posts p JOIN accounts a ON a.id = p.author_id
                \(match?.join ?? "") WHERE \(condition) ORDER BY \(order)
                LIMIT \(page.fetchLimit) OFFSET \(Self.offset(page))
                """, in: connection)
            return Self.ranked(found, page)
        }
    }

    private static func offset(_ page: PageRequest) -> Int64 { min(page.cursor ?? 0, maximumOffset) }

    private static func ranked<Item>(_ found: [Item], _ page: PageRequest) -> Page<Item> {
        let end = offset(page) + Int64(page.limit)
        let hasMore = found.count > page.limit && end <= maximumOffset
        return Page(items: Array(found.prefix(page.limit)), nextCursor: hasMore ? String(end) : nil)
    }
}
