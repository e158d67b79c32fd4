import Storage

/// What somebody searches for: words, and where they name them an author (`from:ada`) and tags (`#turin`).
package struct SearchQuery: Sendable, Equatable {
    package static let limit = 200

    package let text: String
    package let words: [String]
    package let author: String?
    package let tags: [String]

    /// - Throws: ``Problem`` of kind `unreadable` when it is too long.
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
                Username.fault(in: Username.normalized(String(part.dropFirst(5)))) == nil
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

    /// Letters and digits alone, so that nothing in a word means anything to an engine. Marks that stand
    /// alone are no word: PostgreSQL passes over them, and SQLite looks for them and finds nothing.
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

/// Finding people, tags and posts. Lists go by rank, so that their cursor counts what came before.
package struct Search: Sendable {
    /// How far down a ranking one may walk.
    private static let depth: Int64 = 1000
    /// Of the posts whose caption has the words, and of those that have them anywhere, so many are looked at,
    /// the newest.
    static let postsWindow = 2000
    /// Of the tags that begin with what is typed, so many are looked at, in the order of the alphabet.
    static let tagsWindow = 500
    /// So many of these, the most used ones, are found.
    static let tagsFound = 100
    /// The posts of a tag that is found are counted up to here: on each key that is pressed.
    package static let tagCountLimit = 100

    let storage: any Storage

    /// People whose username or name has words that begin so: the very name first, then names that begin so,
    /// then who has the most followers.
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
                ORDER BY CASE WHEN a.username = \(name) THEN 0 WHEN substr(a.username, 1, length(\(name))) = \(name) THEN 1 \
                ELSE 2 END, a.follower_count DESC, a.id LIMIT \(page.rows) OFFSET \(Self.offset(page))
                """)
            return Self.ranked(found, page)
        }
    }

    /// Tags that begin so, the most used first. It is asked for while somebody types, so what it costs has an
    /// end: see ``tagsWindow``, ``tagsFound`` and ``tagCountLimit``.
    package func tags(_ query: SearchQuery, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        TagCount
    > {
        guard let start = RichText.tag(query.text) else { return Page(items: [], nextCursor: nil) }
        return try await storage.read { connection in
            let found = try SearchRecords.tags(
                beginningWith: start, for: viewer?.id, limit: page.rows, offset: Self.offset(page),
                in: connection)
            return Self.ranked(found, page)
        }
    }

    /// Posts whose captions and alternative texts have the words, those whose caption has all of them first,
    /// then the newest; with no words, the newest.
    package func posts(_ query: SearchQuery, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        Post
    > {
        guard !query.isEmpty else { return Page(items: [], nextCursor: nil) }
        return try await storage.read { connection in
            // Who names an author or a tag has few posts to look through; of all posts only the newest are
            // looked at.
            let isNarrow = query.author != nil || !query.tags.isEmpty
            let match =
                query.words.isEmpty
                ? nil
                : SearchRecords.posts(
                    matching: query.words, among: isNarrow ? .max : Self.postsWindow, connection.dialect)
            // Who names an author asks for them, as on their profile.
            var condition =
                query.author == nil ? Visibility.findable(for: viewer?.id) : Visibility.posts(for: viewer?.id)
            if let author = query.author { condition = "\(condition) AND a.username = \(author)" }
            for tag in query.tags {
                condition = """
                    \(condition) AND EXISTS (SELECT 1 FROM post_tags t WHERE t.tag = \(tag) AND t.post_id = p.id)
                    """
            }
            let order: SQL = if let match { "\(match.rank), p.id DESC" } else { "p.id DESC" }
            let found = try PostRecords.posts(
                """
                SELECT \(Post.columns(for: viewer?.id)) FROM posts p JOIN accounts a ON a.id = p.author_id
                \(match?.join ?? "") WHERE \(condition) ORDER BY \(order) LIMIT \(page.rows) OFFSET \(Self.offset(page))
                """, in: connection)
            return Self.ranked(found, page)
        }
    }

    private static func offset(_ page: PageRequest) -> Int64 { min(page.cursor ?? 0, depth) }

    private static func ranked<Item>(_ found: [Item], _ page: PageRequest) -> Page<Item> {
        let end = offset(page) + Int64(page.limit)
        let hasMore = found.count > page.limit && end <= depth
        return Page(items: Array(found.prefix(page.limit)), nextCursor: hasMore ? String(end) : nil)
    }
}
