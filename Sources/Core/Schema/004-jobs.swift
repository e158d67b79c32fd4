import Storage

extension Schema {
    /// Jobs, and facts about the community.
    static let jobs = Migration(number: 4, name: "jobs") { dialect in
        let integer = dialect.integer
        let text = dialect.text
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
}
