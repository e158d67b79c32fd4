import Storage

/// What a member sees at home.
package struct Feed: Sendable {
    let storage: any Storage

    /// The posts of the viewer and of those they follow, newest first, in two queries whatever the page holds.
    ///
    /// The cursor is the last post's id: posts that arrive meanwhile stand before it, so no page misses or repeats
    /// one.
    package func home(for viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let posts = try PostRecords.home(of: viewer.id, page: page, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }
}

extension Feed {
    /// What one page costs inside the storage alone, without the way there: the median of `times` in microseconds.
    /// It is the limit that a measured feed is set beside.
    package func bareMicroseconds(of username: String, times: Int) async throws -> Double {
        try await storage.read { connection in
            guard let account = try AccountRecords.find(username: username, in: connection) else {
                throw Problem.notFound("account")
            }
            let clock = ContinuousClock()
            let costs = try (0..<times).map { _ in
                try clock.measure { _ = try PostRecords.home(of: account.id, page: .first, in: connection) }
            }
            return costs.sorted()[times / 2] / .microseconds(1)
        }
    }
}
