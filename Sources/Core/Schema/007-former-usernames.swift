import Storage

extension Schema {
    /// Usernames that members gave up. Each is reserved for its former owner for a while, and leads to the
    /// new name.
    static let formerUsernames = Migration(number: 7, name: "former usernames") { dialect in
        let integer = dialect.integer
        return """
            CREATE TABLE former_usernames (
                username \(dialect.text) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                reserved_until \(integer) NOT NULL
            );
            CREATE INDEX former_usernames_of_account ON former_usernames (account_id, reserved_until);
            CREATE INDEX former_usernames_by_end ON former_usernames (reserved_until);
            """
    }
}
