import Storage

/// Rebuilds the full-text search indexes from the accounts and posts.
package struct SearchIndexes: Sendable {
    private static let batch = 500
    let storage: any Storage

    package init(storage: any Storage) { self.storage = storage }

    /// - Parameter evenIfComplete: whether to rebuild the indexes even if they have an entry for every
    ///   account and post.
    package func rebuild(evenIfComplete: Bool) async throws {
        let isComplete = try await storage.read { connection in
            try connection.int("SELECT count(*) FROM accounts")
                == connection.int("SELECT count(*) FROM account_search")
                && connection.int("SELECT count(*) FROM posts")
                    == connection.int("SELECT count(*) FROM post_search")
        }
        guard evenIfComplete || !isComplete else { return }
        try await storage.write { connection in
            try connection.run("DELETE FROM account_search")
            try connection.run("DELETE FROM post_search")
        }
        try await walk { last, connection in
            let accounts = try connection.rows(
                """
                SELECT id, username, full_name FROM accounts WHERE id > \(last)
                ORDER BY id LIMIT \(Self.batch)
                """
            ) { ($0.id() as ID<Account>, $0.text(), $0.text()) }
            for (id, username, name) in accounts {
                try SearchRecords.index(id, username, name, in: connection)
            }
            return accounts.last?.0.value
        }
        try await walk { last, connection in
            let posts = try connection.rows(
                "SELECT id, caption FROM posts WHERE id > \(last) ORDER BY id LIMIT \(Self.batch)"
            ) { ($0.id() as ID<Post>, $0.text()) }
            let photos = try PhotoRecords.photos(of: posts.map(\.0), in: connection)
            for (id, caption) in posts {
                try SearchRecords.index(
                    id, caption: caption, altTexts: PostRecords.altTexts(of: photos[id] ?? []), in: connection
                )
            }
            return posts.last?.0.value
        }
    }

    /// Runs `step` in one transaction after another. Each step receives the last id of the step before, and
    /// returns its own last id, or nil at the end.
    private func walk(_ step: @escaping @Sendable (Int64, any Connection) throws -> Int64?) async throws {
        var last: Int64 = 0
        while true {
            let start = last
            guard let end = try await storage.write({ try step(start, $0) }) else { return }
            last = end
        }
    }
}
