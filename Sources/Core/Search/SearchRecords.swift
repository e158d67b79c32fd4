import Foundation
import Storage

/// The SQL of the indexes of words, where the engines truly differ: FTS5 in SQLite (https://sqlite.org/fts5.html),
/// `tsvector` in PostgreSQL. Both fold case and accents.
enum SearchRecords {
    // MARK: - Keeping

    static func index(_ id: ID<Account>, _ username: String, _ fullName: String, in connection: any Connection) throws {
        try forget(id, in: connection)
        switch connection.dialect {
        case .sqlite:
            try connection.run(
                "INSERT INTO account_search (rowid, username, full_name) VALUES (\(id), \(username), \(fullName))")
        case .postgres:
            try connection.run(
                """
                INSERT INTO account_search (account_id, document)
                VALUES (\(id), to_tsvector('simple', \(words(in: username + " " + fullName))))
                """)
        }
    }

    static func index(_ id: ID<Post>, caption: String, altTexts: String, in connection: any Connection) throws {
        try forget(id, in: connection)
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

    static func forget(_ id: ID<Account>, in connection: any Connection) throws {
        switch connection.dialect {
        case .sqlite: try connection.run("DELETE FROM account_search WHERE rowid = \(id)")
        case .postgres: try connection.run("DELETE FROM account_search WHERE account_id = \(id)")
        }
    }

    static func forget(_ id: ID<Post>, in connection: any Connection) throws {
        switch connection.dialect {
        case .sqlite: try connection.run("DELETE FROM post_search WHERE rowid = \(id)")
        case .postgres: try connection.run("DELETE FROM post_search WHERE post_id = \(id)")
        }
    }

    static func forget(postsOf author: ID<Account>, in connection: any Connection) throws {
        // PostgreSQL's rows go with their posts.
        guard connection.dialect == .sqlite else { return }
        try connection.run("DELETE FROM post_search WHERE rowid IN (SELECT id FROM posts WHERE author_id = \(author))")
    }

    /// Rewrites the indexes without what was deleted: FTS5 only marks it, and its words would stay in the file.
    static func purge(in connection: any Connection) throws {
        guard connection.dialect == .sqlite else { return }
        try connection.run("INSERT INTO post_search (post_search) VALUES ('optimize')")
        try connection.run("INSERT INTO account_search (account_search) VALUES ('optimize')")
    }

    // MARK: - Finding

    /// Joins to `accounts a` those whose username or name has words that begin so; the condition for `WHERE`.
    static func people(matching words: [String], _ dialect: Dialect) -> (join: SQL, condition: SQL) {
        switch dialect {
        case .sqlite:
            // Every word may be a beginning.
            let query = words.map { "\"\($0)\"*" }.joined(separator: " AND ")
            return ("JOIN account_search s ON s.rowid = a.id", "account_search MATCH \(query)")
        case .postgres:
            let query = words.map { folded($0) + ":*" }.joined(separator: " & ")
            return ("JOIN account_search s ON s.account_id = a.id", "s.document @@ to_tsquery('simple', \(query))")
        }
    }

    /// Joins to `posts p` those whose caption or alternative texts have these words, the last of which may be a beginning;
    /// the condition for `WHERE`, and the rank for `ORDER BY`: 0 where the caption alone has them, or 1. The engines' own
    /// ranks differ from each other and with every new post, under whoever pages through a list.
    static func posts(matching words: [String], _ dialect: Dialect) -> (join: SQL, condition: SQL, rank: SQL) {
        switch dialect {
        case .sqlite:
            let query = words.map { "\"\($0)\"" }.joined(separator: " AND ") + "*"
            let inCaption = "{caption} : (\(query))"
            return (
                "JOIN post_search s ON s.rowid = p.id", "post_search MATCH \(query)",
                """
                CASE WHEN p.id IN (SELECT rowid FROM post_search WHERE post_search MATCH \(inCaption)) THEN 0 ELSE 1 END
                """
            )
        case .postgres:
            let query = words.map(folded).joined(separator: " & ") + ":*"
            // Captions have the weight A.
            let inCaption = words.dropLast().map { folded($0) + ":A & " }.joined() + folded(words.last ?? "") + ":*A"
            return (
                "JOIN post_search s ON s.post_id = p.id", "s.document @@ to_tsquery('simple', \(query))",
                "CASE WHEN s.document @@ to_tsquery('simple', \(inCaption)) THEN 0 ELSE 1 END"
            )
        }
    }

    /// The words of a text with spaces between: PostgreSQL's own parser takes `ada.lovelace` for a host and `#a-b` apart
    /// otherwise than FTS5.
    private static func words(in text: String) -> String { folded(SearchQuery.words(in: text).joined(separator: " ")) }

    /// Text without case and accents.
    static func folded(_ text: String) -> String {
        text.folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil)
    }
}
