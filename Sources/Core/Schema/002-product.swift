import Storage

extension Schema {
    /// Private accounts, blocks, mutes, saved posts, replies, tags, notifications, invitations, and search.
    static let product = Migration(number: 2, name: "the whole product") { dialect in
        let integer = dialect.integer
        let bytes = dialect.bytes
        let text = dialect.text
        return """
            ALTER TABLE accounts ADD COLUMN is_private \(integer) NOT NULL DEFAULT 0;
            ALTER TABLE accounts ADD COLUMN picture \(text) NOT NULL DEFAULT '';
            ALTER TABLE accounts ADD COLUMN seen_notification \(integer) NOT NULL DEFAULT 0;
            ALTER TABLE accounts ADD COLUMN is_demo \(integer) NOT NULL DEFAULT 0;
            ALTER TABLE comments ADD COLUMN reply_to_id \(integer) REFERENCES comments (id) ON DELETE CASCADE;
            ALTER TABLE comments ADD COLUMN likes_count \(integer) NOT NULL DEFAULT 0 \
            CHECK (likes_count >= 0);
            CREATE INDEX replies_of_comment ON comments (reply_to_id);

            CREATE TABLE follow_requests (
                id \(integer) PRIMARY KEY,
                follower_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                followee_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (follower_id, followee_id)
            );
            CREATE INDEX follow_requests_of_followee ON follow_requests (followee_id, id);

            CREATE TABLE blocks (
                id \(integer) PRIMARY KEY,
                blocker_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                blocked_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (blocker_id, blocked_id)
            );
            CREATE INDEX blocks_of_blocked ON blocks (blocked_id);
            CREATE INDEX blocks_of_blocker ON blocks (blocker_id, id);

            CREATE TABLE mutes (
                id \(integer) PRIMARY KEY,
                muter_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                muted_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (muter_id, muted_id)
            );
            CREATE INDEX mutes_of_muted ON mutes (muted_id);
            CREATE INDEX mutes_of_muter ON mutes (muter_id, id);

            CREATE TABLE saves (
                id \(integer) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                post_id \(integer) NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
                UNIQUE (account_id, post_id)
            );
            CREATE INDEX saves_of_account ON saves (account_id, id);
            CREATE INDEX saves_of_post ON saves (post_id);

            CREATE TABLE comment_likes (
                id \(integer) PRIMARY KEY,
                comment_id \(integer) NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (comment_id, account_id)
            );
            CREATE INDEX comment_likes_of_account ON comment_likes (account_id);

            CREATE TABLE post_tags (
                tag \(text) NOT NULL,
                post_id \(integer) NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
                PRIMARY KEY (tag, post_id)
            );
            CREATE INDEX post_tags_of_post ON post_tags (post_id);

            CREATE TABLE notifications (
                id \(integer) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                actor_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                kind \(text) NOT NULL,
                post_id \(integer) REFERENCES posts (id) ON DELETE CASCADE,
                comment_id \(integer) REFERENCES comments (id) ON DELETE CASCADE
            );
            CREATE INDEX notifications_of_account ON notifications (account_id, id);
            CREATE INDEX notifications_of_actor ON notifications (actor_id, account_id);
            CREATE INDEX notifications_of_post ON notifications (post_id);
            CREATE INDEX notifications_of_comment ON notifications (comment_id);

            CREATE TABLE invites (
                hash \(bytes) PRIMARY KEY,
                uses_left \(integer) NOT NULL CHECK (uses_left >= 0),
                created_at \(integer) NOT NULL,
                expires_at \(integer) NOT NULL
            );

            \(search(dialect))
            """
    }

    /// The full-text indexes. SQLite has them in tables of FTS5 (https://sqlite.org/fts5.html), whose
    /// tokenizer removes accents. PostgreSQL has them in columns of type `tsvector`; the application removes
    /// the accents before it writes them.
    private static func search(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite:
            """
            CREATE VIRTUAL TABLE post_search USING fts5 (
                caption, alt_texts, tokenize = "unicode61 remove_diacritics 2"
            );
            CREATE VIRTUAL TABLE account_search USING fts5 (
                username, full_name, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
            );
            INSERT INTO post_search (rowid, caption, alt_texts)
                SELECT p.id, p.caption, \
            coalesce((SELECT group_concat(m.alt_text, ' ') FROM photos m WHERE m.post_id = p.id), '')
                FROM posts p;
            INSERT INTO account_search (rowid, username, full_name) \
            SELECT id, username, full_name FROM accounts;
            """
        case .postgres:
            """
            CREATE TABLE post_search (
                post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
                document tsvector NOT NULL
            );
            CREATE INDEX post_search_words ON post_search USING gin (document);
            CREATE TABLE account_search (
                account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
                document tsvector NOT NULL
            );
            CREATE INDEX account_search_words ON account_search USING gin (document);
            """
        }
    }
}
