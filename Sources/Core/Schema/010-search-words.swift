import Storage

extension Schema {
    /// Empty search indexes for terms that the application makes (`SearchDocument`), in both engines alike:
    /// FTS5 only splits them at spaces. `SearchIndexes` fills them after the migration.
    static let searchWords = Migration(number: 10, name: "search in every script") { dialect in
        switch dialect {
        case .sqlite:
            """
            DROP TABLE post_search;
            DROP TABLE account_search;
            CREATE VIRTUAL TABLE post_search USING fts5 (caption, alt_texts, tokenize = "ascii");
            CREATE VIRTUAL TABLE account_search USING fts5 (
                username, full_name, prefix = '1 2 3', tokenize = "ascii"
            );
            """
        case .postgres: "TRUNCATE post_search, account_search;"
        }
    }
}
