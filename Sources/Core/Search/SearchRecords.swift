import Foundation
import Storage

/// The SQL of the full-text search indexes, which differ between the engines: FTS5 in SQLite
/// (https://sqlite.org/fts5.html), `tsvector` in PostgreSQL. Both ignore case and accents.
enum SearchRecords {
    // MARK: - Indexing

    static func index(
        _ id: ID<Account>, _ username: String, _ fullName: String, in connection: any Connection
    ) throws {
        try delete(id, in: connection)
        switch connection.dialect {
        case .sqlite:
            try connection.run(
                """
                INSERT INTO account_search (rowid, username, full_name)
                VALUES (\(id), \(username), \(fullName))
                """)
        case .postgres:
            try connection.run(
                """
                INSERT INTO account_search (account_id, document)
                VALUES (\(id), to_tsvector('simple', \(words(in: username + " " + fullName))))
                """)
        }
    }

    static func index(_ id: ID<Post>, caption: String, altTexts: String, in connection: any Connection) throws
    {
        try delete(id, in: connection)
        switch connection.dialect {
        case .sqlite:
            try connection.run(
                "INSERT INTO post_search (rowid, caption, alt_texts) VALUES (\(id), \(caption), \(altTexts))")
        case .postgres:
            try connection.run(
                """
                INSERT INTO post_search (post_id, document) VALUES (\(id),
                    setweight(to_tsvector('simple', \(words(in: caption))), 'A')
                    || setweight(to_tsvector('simple', \(words(in: altTexts))), 'B'))
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
    static func people(matching words: [String], _ dialect: Dialect) -> (join: SQL, condition: SQL) {
        switch dialect {
        case .sqlite:
            // Every word may be the beginning of a word.
            let query = words.map { "\"\($0)\"*" }.joined(separator: " AND ")
            return ("JOIN account_search s ON s.rowid = a.id", "account_search MATCH \(query)")
        case .postgres:
            let query = words.map { folded($0) + ":*" }.joined(separator: " & ")
            return (
                "JOIN account_search s ON s.account_id = a.id", "s.document @@ to_tsquery('simple', \(query))"
            )
        }
    }

    /// Returns a join that selects those `posts p` whose caption or alt texts contain these words, and a rank
    /// for `ORDER BY`: 0 if the caption alone contains all words, otherwise 1. The last word may be the
    /// beginning of a word. The engines' own ranks are not used, because they differ between engines and
    /// change with every new post while a person pages through a list.
    /// - Parameter window: how many matches of each rank are considered, the newest.
    static func posts(
        matching words: [String], among window: Int, _ dialect: Dialect
    ) -> (join: SQL, rank: SQL) {
        let anywhere: SQL
        let inCaption: SQL
        switch dialect {
        case .sqlite:
            let query = words.map { "\"\($0)\"" }.joined(separator: " AND ") + "*"
            let caption = "{caption} : (\(query))"
            anywhere = "SELECT rowid AS id FROM post_search WHERE post_search MATCH \(query)"
            inCaption = "SELECT rowid AS id FROM post_search WHERE post_search MATCH \(caption)"
        case .postgres:
            let query = words.map(folded).joined(separator: " & ") + ":*"
            // Captions have the weight A.
            let caption =
                words.dropLast().map { folded($0) + ":A & " }.joined() + folded(words.last ?? "") + ":*A"
            anywhere =
                "SELECT post_id AS id FROM post_search WHERE document @@ to_tsquery('simple', \(query))"
            inCaption =
                "SELECT post_id AS id FROM post_search WHERE document @@ to_tsquery('simple', \(caption))"
        }
        // A post with the words in its caption is found twice; the better rank counts.
        return (
            """
            JOIN (SELECT id, min(place) AS place FROM (
                SELECT id, 0 AS place FROM (\(inCaption) ORDER BY id DESC LIMIT \(window)) best
                UNION ALL SELECT id, 1 FROM (\(anywhere) ORDER BY id DESC LIMIT \(window)) others
            ) either GROUP BY id) found ON found.id = p.id
            """, "found.place"
        )
    }

    /// Tags that begin with `start` and have posts that `viewer` may see, with the number of these posts.
    ///
    /// The recursive query steps through the index from one tag to the next, whatever the number of posts of
    /// each tag. Only for the most used of these tags, the newest posts are read.
    static func tags(
        beginningWith start: String, for viewer: ID<Account>?, limit: Int, offset: Int64,
        in connection: any Connection
    ) throws -> [TagCount] {
        let end = start + "\u{10FFFF}"
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
            ORDER BY visible DESC, tag LIMIT \(limit) OFFSET \(offset)
            """
        ) { TagCount(tag: $0.text(), postsCount: $0.count()) }
    }

    /// The words of a text, separated by spaces. The text is split here because PostgreSQL's parser treats
    /// `ada.lovelace` as a host name and splits `#a-b` differently from FTS5.
    private static func words(in text: String) -> String {
        folded(SearchQuery.words(in: text).joined(separator: " "))
    }

    /// The text without differences of case, accents and width.
    static func folded(_ text: String) -> String {
        text.folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
    }
}
