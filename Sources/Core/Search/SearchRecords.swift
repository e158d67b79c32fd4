import Storage

/// The SQL of the full-text search indexes, which differ between the engines: FTS5 in SQLite
/// (https://sqlite.org/fts5.html), `tsvector` in PostgreSQL. Both contain the terms of ``SearchDocument``.
enum SearchRecords {
    // MARK: - Indexing

    static func index(
        _ id: ID<Account>, _ username: String, _ fullName: String, in connection: any Connection
    ) throws {
        let document = SearchDocument(username, fullName)
        switch connection.dialect {
        case .sqlite:
            try delete(id, in: connection)
            let columns = document.columns
            try connection.run(
                """
                INSERT INTO account_search (rowid, username, full_name)
                VALUES (\(id), \(columns[0]), \(columns[1]))
                """)
        case .postgres:
            try connection.run(
                """
                INSERT INTO account_search (account_id, document)
                VALUES (\(id), CAST(\(document.vector) AS tsvector))
                ON CONFLICT (account_id) DO UPDATE SET document = excluded.document
                """)
        }
    }

    static func index(_ id: ID<Post>, caption: String, altTexts: String, in connection: any Connection) throws
    {
        let document = SearchDocument(caption, altTexts)
        switch connection.dialect {
        case .sqlite:
            try delete(id, in: connection)
            let columns = document.columns
            try connection.run(
                """
                INSERT INTO post_search (rowid, caption, alt_texts)
                VALUES (\(id), \(columns[0]), \(columns[1]))
                """)
        case .postgres:
            try connection.run(
                """
                INSERT INTO post_search (post_id, document)
                VALUES (\(id), CAST(\(document.vector) AS tsvector))
                ON CONFLICT (post_id) DO UPDATE SET document = excluded.document
                """)
        }
    }

    static func delete(_ id: ID<Account>, in connection: any Connection) throws {
        switch connection.dialect {
        case .sqlite: try connection.run("DELETE FROM account_search WHERE rowid = \(id)")
        case .postgres: try connection.run("DELETE FROM account_search WHERE account_id = \(id)")
        }
    }

    static func delete(_ id: ID<Post>, in connection: any Connection) throws {
        switch connection.dialect {
        case .sqlite: try connection.run("DELETE FROM post_search WHERE rowid = \(id)")
        case .postgres: try connection.run("DELETE FROM post_search WHERE post_id = \(id)")
        }
    }

    static func delete(postsOf author: ID<Account>, in connection: any Connection) throws {
        // In PostgreSQL, the rows are deleted together with their posts.
        guard connection.dialect == .sqlite else { return }
        try connection.run(
            "DELETE FROM post_search WHERE rowid IN (SELECT id FROM posts WHERE author_id = \(author))")
    }

    /// Deletes the entries of accounts and posts that do not exist any more. The rules delete them together,
    /// but a copy of the storage does not.
    static func deleteOrphans(in connection: any Connection) throws {
        guard connection.dialect == .sqlite else { return }
        try connection.run("DELETE FROM account_search WHERE rowid NOT IN (SELECT id FROM accounts)")
        try connection.run("DELETE FROM post_search WHERE rowid NOT IN (SELECT id FROM posts)")
    }

    /// Rewrites the indexes without deleted text. FTS5 only marks text as deleted, and its words would stay
    /// in the file.
    static func purge(in connection: any Connection) throws {
        guard connection.dialect == .sqlite else { return }
        try connection.run("INSERT INTO post_search (post_search) VALUES ('optimize')")
        try connection.run("INSERT INTO account_search (account_search) VALUES ('optimize')")
    }

    // MARK: - Searching

    /// Returns a join and a `WHERE` condition that select those `accounts a` whose username or name contains
    /// words that begin with `words`.
    static func people(matching words: [SearchWord], _ dialect: Dialect) -> (join: SQL, condition: SQL) {
        let query = SearchExpression(words, whereAllMayBegin: true)
        return switch dialect {
        case .sqlite: ("JOIN account_search s ON s.rowid = a.id", "account_search MATCH \(query.fts5)")
        case .postgres:
            (
                "JOIN account_search s ON s.account_id = a.id",
                "s.document @@ (SELECT CAST(\(query.tsquery()) AS tsquery))"
            )
        }
    }

    /// Returns a join that selects those `posts p` whose caption or alt texts contain these words, and a rank
    /// for `ORDER BY`: 0 if the caption alone contains all words, otherwise 1. The last word may be the
    /// beginning of a word. The engines' own ranks are not used, because they differ between engines and
    /// change with every new post while a person pages through a list.
    ///
    /// The join may also select posts before `position`.
    /// - Parameter window: how many matches of each rank after `position` are considered, the newest.
    static func posts(
        matching words: [SearchWord], after position: PostPosition?, among window: Int, _ dialect: Dialect
    ) -> (join: SQL, rank: SQL) {
        let query = SearchExpression(words, whereAllMayBegin: false)
        func matches(inCaption: Bool, below id: Int64, _ place: SQL) -> SQL {
            let found: SQL =
                switch dialect {
                case .sqlite:
                    """
                    SELECT rowid AS id FROM post_search
                    WHERE post_search MATCH \(inCaption ? "{caption} : (\(query.fts5))" : query.fts5)
                        AND rowid < \(id)
                    """
                case .postgres:
                    // With the addition, the query planner cannot read all posts in the order of the list
                    // instead of those in the index of words, which it would do for common words and rare
                    // ones alike.
                    """
                    SELECT post_id + 0 AS id FROM post_search
                    WHERE document @@ (SELECT CAST(\(query.tsquery(weight: inCaption ? "A" : "")) AS tsquery))
                        AND post_id + 0 < \(id)
                    """
                }
            return "SELECT id, \(place) AS place FROM (\(found) ORDER BY id DESC LIMIT \(window)) newest"
        }
        // A post with the words in its caption is found twice; the better rank counts.
        let isSecondRank = position?.rank == 1
        let bound = isSecondRank ? position?.id ?? .max : .max
        var either: SQL = """
            \(matches(inCaption: true, below: bound, "0"))
            UNION ALL \(matches(inCaption: false, below: bound, "1"))
            """
        if let position, !isSecondRank {
            either = "\(either) UNION ALL \(matches(inCaption: true, below: position.id, "0"))"
        }
        return (
            """
            JOIN (SELECT id, min(place) AS place FROM (\(either)) either GROUP BY id) found
                ON found.id = p.id
            """, "found.place"
        )
    }

    /// Tags that begin with `start` and have posts that `viewer` may see, with the number of these posts.
    ///
    /// The recursive query steps through the index from one tag to the next, whatever the number of posts of
    /// each tag. Only for the most used of these tags, the newest posts are read.
    static func tags(
        beginningWith start: String, for viewer: ID<Account>?, after position: TagPosition?, limit: Int,
        in connection: any Connection
    ) throws -> [TagCount] {
        let end = start + "\u{10FFFF}"
        let after = position ?? TagPosition(posts: .max, tag: "")
        return try connection.rows(
            """
            WITH RECURSIVE step (tag, place) AS (
                SELECT min(tag), 1 FROM post_tags WHERE tag >= \(start) AND tag < \(end)
                UNION ALL
                SELECT (SELECT min(n.tag) FROM post_tags n WHERE n.tag > step.tag AND n.tag < \(end)),
                    place + 1
                FROM step WHERE step.tag IS NOT NULL AND step.place < \(Search.tagsWindow)
            ), used (tag, uses) AS (
                SELECT tag, (SELECT count(*) FROM (
                    SELECT 1 FROM post_tags n WHERE n.tag = step.tag LIMIT \(Search.tagCountLimit)) counted)
                FROM step WHERE tag IS NOT NULL
            ), found (tag, visible) AS (
                SELECT tag, (SELECT count(*) FROM (
                        SELECT post_id FROM post_tags n WHERE n.tag = most.tag
                        ORDER BY post_id DESC LIMIT \(Search.tagCountLimit)) newest
                    JOIN posts p ON p.id = newest.post_id JOIN accounts a ON a.id = p.author_id
                    WHERE \(Visibility.findable(for: viewer)))
                FROM (SELECT tag FROM used ORDER BY uses DESC, tag LIMIT \(Search.tagsFound)) most
            )
            SELECT tag, visible FROM found WHERE visible > 0
                AND (visible < \(after.posts) OR visible = \(after.posts) AND tag > \(after.tag))
            ORDER BY visible DESC, tag LIMIT \(limit)
            """
        ) { TagCount(tag: $0.text(), postsCount: $0.count()) }
    }
}

/// The words of a query in the language of each engine.
private struct SearchExpression {
    private let words: [(terms: [String], mayBegin: Bool)]

    /// - Parameter whereAllMayBegin: whether every word may be the beginning of a word, and not only the
    ///   last.
    init(_ words: [SearchWord], whereAllMayBegin: Bool) {
        self.words = words.enumerated().map { index, word in
            (word.queryTerms, word.mayBegin(ifSpaced: whereAllMayBegin || index == words.count - 1))
        }
    }

    /// For FTS5. Terms in one pair of quotes follow each other.
    var fts5: String {
        words.map { "\"\($0.terms.joined(separator: " "))\"\($0.mayBegin ? " *" : "")" }
            .joined(separator: " AND ")
    }

    /// For PostgreSQL.
    /// - Parameter weight: the weight that each term must have; empty for any.
    func tsquery(weight: String = "") -> String {
        words.map { word in
            let flags = (word.mayBegin ? "*" : "") + weight
            let terms = word.terms.map { "'\($0)'\(flags.isEmpty ? "" : ":")\(flags)" }
            return terms.joined(separator: " <-> ")
        }.joined(separator: " & ")
    }
}
