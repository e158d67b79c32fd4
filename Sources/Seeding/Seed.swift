import Core
import Encodings
import Storage

/// Generated data for benchmarks and tests: accounts, follows, and posts whose photos have no files.
package struct Seed: Sendable {
    package var accounts: Int
    package var posts: Int
    package var follows: Int

    package init(accounts: Int, posts: Int, follows: Int) {
        self.accounts = accounts
        self.posts = posts
        self.follows = follows
    }

    /// Fills an empty community. Apart from the ids, the data is the same every time.
    package func insert(into community: Community) async throws {
        let ids = community.ids
        let people = try await insertAccounts(ids, into: community.storage)
        try await insertFollows(ids, among: people, into: community.storage)
        try await insertPosts(ids, by: people, into: community.storage)
        try await SearchIndexes(storage: community.storage).rebuild()
        _ = try await community.maintenance.recount()
        // Maintenance must not look for the files of these posts.
        _ = try await community.maintenance.adoptMedia()
    }

    private func insertAccounts(
        _ ids: IDSequence, into storage: any Storage
    ) async throws -> [ID<Account>] {
        let count = accounts
        return try await storage.write { connection in
            try (0..<count).map { number in
                let id = ids.next(Account.self)
                let name = "person\(number)"
                // No password has the hash “-”: only tokens can sign in to these accounts.
                let inserted = try connection.run(
                    """
                    INSERT INTO accounts (id, username, email, full_name, password_hash, created_at,
                        updated_at)
                    VALUES (\(id), \(name), \("\(name)@example.org"), \("Person \(number)"), \("-"), 0, 0)
                    ON CONFLICT DO NOTHING
                    """)
                guard inserted == 1 else {
                    throw Problem(.conflict, "The community is not empty: \(name) already exists.")
                }
                return id
            }
        }
    }

    private func insertFollows(
        _ ids: IDSequence, among people: [ID<Account>], into storage: any Storage
    ) async throws {
        let count = min(follows, people.count - 1)
        guard count > 0 else { return }
        try await storage.write { connection in
            for (index, follower) in people.enumerated() {
                for step in 1...count {
                    let followee = people[(index + step) % people.count]
                    let id = ids.next(Account.self)
                    try connection.run(
                        """
                        INSERT INTO follows (id, follower_id, followee_id)
                        VALUES (\(id), \(follower), \(followee))
                        """)
                }
            }
        }
    }

    private func insertPosts(
        _ ids: IDSequence, by people: [ID<Account>], into storage: any Storage
    ) async throws {
        let batch = 5000
        for start in stride(from: 0, to: posts, by: batch) {
            let numbers = start..<min(start + batch, posts)
            try await storage.write { connection in
                for number in numbers {
                    // Posts that follow each other in time have authors far apart in the list of accounts.
                    let author = people[number &* 7919 % people.count]
                    try insertPost(number, ids, by: author, in: connection)
                }
            }
        }
    }

    private func insertPost(
        _ number: Int, _ ids: IDSequence, by author: ID<Account>, in connection: any Connection
    ) throws {
        let post = ids.next(Post.self)
        let time = Int64(number)
        try connection.run(
            """
            INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
            VALUES (\(post), \(author), \("Post number \(number) of this community"), '', \(time), \(time))
            """)
        let random = UInt128(number) &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835 | 1
        let name = random.hexadecimal(length: 32)
        try connection.run(
            """
            INSERT INTO photos (id, account_id, post_id, position, files, file_type, width, height,
                alt_text, blurhash, renditions, created_at, files_since)
            VALUES (\(ids.next(Photo.self)), \(author), \(post), 0, \("\(name.prefix(2))/\(name)"), 'jpg',
                4000, 3000, '', 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '1440x1080 1080x810 640x480 320x240', \(time),
                \(time))
            """)
    }
}
