import Storage

extension Schema {
    /// Keys of requests that made something, with what they made, for an hour.
    static let requestKeys = Migration(number: 9, name: "request keys") { dialect in
        let integer = dialect.integer
        let text = dialect.text
        return """
            CREATE TABLE request_keys (
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                purpose \(text) NOT NULL,
                key \(text) NOT NULL,
                fingerprint \(text) NOT NULL,
                result \(integer) NOT NULL,
                created_at \(integer) NOT NULL,
                PRIMARY KEY (account_id, purpose, key)
            );
            CREATE INDEX request_keys_by_time ON request_keys (created_at);
            """
    }
}
