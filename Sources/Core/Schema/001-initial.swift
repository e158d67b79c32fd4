import Storage

extension Schema {
    /// Accounts, credentials, posts, photos, likes, comments and follows.
    static let initial = Migration(number: 1, name: "first light") { dialect in
        let integer = dialect.integer
        let bytes = dialect.bytes
        let text = dialect.text
        return """
            CREATE TABLE accounts (
                id \(integer) PRIMARY KEY,
                username \(text) NOT NULL UNIQUE,
                email \(text) NOT NULL UNIQUE,
                full_name \(text) NOT NULL,
                bio \(text) NOT NULL DEFAULT '',
                website \(text) NOT NULL DEFAULT '',
                pronouns \(text) NOT NULL DEFAULT '',
                password_hash \(text) NOT NULL,
                posts_count \(integer) NOT NULL DEFAULT 0 CHECK (posts_count >= 0),
                follower_count \(integer) NOT NULL DEFAULT 0 CHECK (follower_count >= 0),
                following_count \(integer) NOT NULL DEFAULT 0 CHECK (following_count >= 0),
                created_at \(integer) NOT NULL,
                updated_at \(integer) NOT NULL
            );

            CREATE TABLE credentials (
                hash \(bytes) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                kind \(text) NOT NULL CHECK (kind IN ('session', 'token')),
                scopes \(integer) NOT NULL,
                name \(text) NOT NULL,
                created_at \(integer) NOT NULL,
                used_at \(integer) NOT NULL,
                expires_at \(integer) NOT NULL
            );
            CREATE INDEX credentials_of_account ON credentials (account_id);

            CREATE TABLE posts (
                id \(integer) PRIMARY KEY,
                author_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                caption \(text) NOT NULL,
                location \(text) NOT NULL,
                likes_count \(integer) NOT NULL DEFAULT 0 CHECK (likes_count >= 0),
                comments_count \(integer) NOT NULL DEFAULT 0 CHECK (comments_count >= 0),
                created_at \(integer) NOT NULL,
                updated_at \(integer) NOT NULL
            );
            CREATE INDEX posts_of_author ON posts (author_id, id);

            CREATE TABLE photos (
                id \(integer) PRIMARY KEY,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                post_id \(integer) REFERENCES posts (id) ON DELETE CASCADE,
                position \(integer) NOT NULL,
                files \(text) NOT NULL UNIQUE,
                file_type \(text) NOT NULL,
                width \(integer) NOT NULL,
                height \(integer) NOT NULL,
                alt_text \(text) NOT NULL,
                blurhash \(text) NOT NULL,
                renditions \(text) NOT NULL,
                created_at \(integer) NOT NULL
            );
            CREATE INDEX photos_of_post ON photos (post_id, position);
            CREATE INDEX photos_of_account ON photos (account_id);

            CREATE TABLE unclaimed_files (
                files \(text) PRIMARY KEY,
                since \(integer) NOT NULL
            );

            CREATE TABLE likes (
                id \(integer) PRIMARY KEY,
                post_id \(integer) NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
                account_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (post_id, account_id)
            );
            CREATE INDEX likes_of_post ON likes (post_id, id);
            CREATE INDEX likes_of_account ON likes (account_id, id);

            CREATE TABLE comments (
                id \(integer) PRIMARY KEY,
                post_id \(integer) NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
                author_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                text \(text) NOT NULL,
                created_at \(integer) NOT NULL
            );
            CREATE INDEX comments_of_post ON comments (post_id, id);
            CREATE INDEX comments_of_author ON comments (author_id);

            CREATE TABLE follows (
                id \(integer) PRIMARY KEY,
                follower_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                followee_id \(integer) NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
                UNIQUE (follower_id, followee_id),
                CHECK (follower_id <> followee_id)
            );
            CREATE INDEX follows_of_follower ON follows (follower_id, id);
            CREATE INDEX follows_of_followee ON follows (followee_id, id);
            """
    }
}
