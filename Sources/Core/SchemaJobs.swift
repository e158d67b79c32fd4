import Storage

extension Schema {
    /// Jobs, and facts about the community.
    static let jobs = Migration(number: 4, name: "jobs") { dialect in
        let integer = dialect == .sqlite ? "INTEGER" : "BIGINT"
        let text = Self.text(dialect)
        return """
            CREATE TABLE jobs (
                id \(integer) PRIMARY KEY,
                kind \(text) NOT NULL,
                payload \(text) NOT NULL,
                key \(text) UNIQUE,
                run_at \(integer) NOT NULL,
                attempts \(integer) NOT NULL DEFAULT 0,
                lease \(integer) NOT NULL DEFAULT 0,
                leased_until \(integer) NOT NULL DEFAULT 0,
                generation \(integer) NOT NULL DEFAULT 0,
                failing_since \(integer),
                last_error \(text) NOT NULL DEFAULT '',
                given_up_at \(integer)
            );
            CREATE INDEX jobs_by_time ON jobs (run_at, id);

            CREATE TABLE facts (
                name \(text) PRIMARY KEY,
                value \(text) NOT NULL
            );
            """
    }

    /// The time when a photo got its current file names. The names, and so the URLs, change when a right to
    /// see the photo ends.
    static let photoFileDates = Migration(number: 5, name: "addresses of photos") { dialect in
        let integer = dialect == .sqlite ? "INTEGER" : "BIGINT"
        return "ALTER TABLE photos ADD COLUMN files_since \(integer) NOT NULL DEFAULT 0;"
    }

    /// Indexes for lists that are read only in part: the newest notifications of each kind for an account,
    /// the comments of one author on a post, and the newest comments of an author.
    static let boundedLists = Migration(number: 6, name: "indexes of bounded lists") { _ in
        """
        CREATE INDEX notifications_of_kind ON notifications (account_id, kind, id);
        CREATE INDEX comments_of_post_author ON comments (post_id, author_id);
        CREATE INDEX comments_by_author ON comments (author_id, id);
        DROP INDEX comments_of_author;
        """
    }
}
