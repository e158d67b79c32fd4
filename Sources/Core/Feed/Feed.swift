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
