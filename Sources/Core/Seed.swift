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
    package func plant(in community: Community) async throws {
        let people = try await insertAccounts(in: community)
        try await insertFollows(among: people, in: community)
        try await insertPosts(by: people, in: community)
        // Maintenance must not look for the files of these posts.
        _ = try await community.maintenance.adoptMedia()
    }

    private func insertAccounts(in community: Community) async throws -> [ID<Account>] {
        let ids = community.follows.ids
        let count = accounts
        return try await community.storage.write { connection in
            try (0..<count).map { number in
                let id = ids.next(Account.self)
                let form = Registration(
                    email: "person\(number)@example.org", fullName: "Person \(number)",
                    username: "person\(number)", password: "")
                // No password has this hash: only tokens can sign in to these accounts.
                guard try AccountRecords.insert(id, form, passwordHash: "-", at: 0, in: connection) else {
                    throw Problem(.conflict, "The community is not empty: person\(number) already exists.")
                }
                return id
            }
        }
    }

    private func insertFollows(among people: [ID<Account>], in community: Community) async throws {
        let ids = community.follows.ids
        let count = follows
        try await community.storage.write { connection in
            for (index, follower) in people.enumerated() {
                for step in 1...max(1, min(count, people.count - 1)) {
                    let followee = people[(index + step) % people.count]
                    try FollowRecords.insert(ids.next(), from: follower, to: followee, in: connection)
                }
            }
        }
    }

    private func insertPosts(by people: [ID<Account>], in community: Community) async throws {
        let ids = community.follows.ids
        let batch = 5000
        for start in stride(from: 0, to: posts, by: batch) {
            let numbers = start..<min(start + batch, posts)
            try await community.storage.write { connection in
                for number in numbers {
                    // Posts that follow each other in time have authors far apart in the list of accounts.
                    let author = people[number &* 7919 % people.count]
                    let id = ids.next(Post.self)
                    let draft = PostDraft(
                        caption: "Post number \(number) of this community", photos: .added([]))
                    try PostRecords.insert(id, draft, by: author, at: Int64(number), in: connection)
                    try SearchRecords.index(id, caption: draft.caption, altTexts: "", in: connection)
                    let digits = String(
                        UInt128(number) &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835 | 1, radix: 16)
                    let padded = String(repeating: "0", count: 32 - digits.count) + digits
                    let photo = Photo(
                        id: ids.next(), files: "\(padded.prefix(2))/\(padded)", fileType: "jpg", width: 4000,
                        height: 3000, altText: "", blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
                        renditions: [1440, 1080, 640, 320].map { .init(width: $0, height: $0 * 3 / 4) })
                    try PhotoRecords.insert(
                        photo, of: author, post: (id, 0), at: Int64(number), in: connection)
                }
            }
        }
    }
}
