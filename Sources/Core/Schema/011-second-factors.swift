import Storage

extension Schema {
    /// Authenticator apps, recovery codes, trusted browsers, and sign-ins that still need a code.
    static let secondFactors = Migration(number: 11, name: "second factors") { dialect in
        let integer = dialect.integer
        let bytes = dialect.bytes
        let text = dialect.text
        return """
            ALTER TABLE credentials ADD COLUMN proved_at \(integer) NOT NULL DEFAULT 0;
            CREATE TABLE authenticators (
                account_id \(integer) PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
                secret \(bytes) NOT NULL,
                confirmed_at \(integer),
                last_step \(integer) NOT NULL DEFAULT 0
            );
            CREATE TABLE recovery_codes (
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                hash \(bytes) NOT NULL,
                used_at \(integer),
                PRIMARY KEY (account_id, hash)
            );
            CREATE TABLE trusted_browsers (
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                hash \(bytes) NOT NULL,
                name \(text) NOT NULL,
                created_at \(integer) NOT NULL,
                expires_at \(integer) NOT NULL,
                PRIMARY KEY (account_id, hash)
            );
            CREATE INDEX trusted_browsers_by_end ON trusted_browsers (expires_at);
            CREATE TABLE sign_in_tickets (
                hash \(bytes) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                kind \(text) NOT NULL,
                name \(text) NOT NULL,
                attempts \(integer) NOT NULL DEFAULT 0,
                expires_at \(integer) NOT NULL
            );
            CREATE INDEX sign_in_tickets_of_account ON sign_in_tickets (account_id);
            CREATE INDEX sign_in_tickets_by_end ON sign_in_tickets (expires_at);
            """
    }
}
