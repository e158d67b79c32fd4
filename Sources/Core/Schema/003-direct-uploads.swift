import Storage

extension Schema {
    /// Photos that clients upload directly to the media storage.
    static let directUploads = Migration(number: 3, name: "direct uploads") { dialect in
        let integer = dialect.integer
        let text = dialect.text
        return """
            CREATE TABLE direct_uploads (
                id \(integer) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                name \(text) NOT NULL UNIQUE,
                content_type \(text) NOT NULL,
                byte_count \(integer) NOT NULL,
                alt_text \(text) NOT NULL,
                created_at \(integer) NOT NULL
            );
            CREATE INDEX direct_uploads_of_account ON direct_uploads (account_id);
            """
    }
}
