import Storage

/// The rules of saved posts, which are private bookmarks.
package struct Saves: Sendable {
    let storage: any Storage
    let ids: IDSequence

    /// Saves a post; idempotent.
    package func save(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await storage.write { [ids] connection in
            _ = try PostRecords.author(of: post, for: viewer.id, in: connection)
            try connection.run(
                """
                INSERT INTO saves (id, account_id, post_id)
                VALUES (\(ids.next(Saves.self)), \(viewer.id), \(post)) ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Removes a post from the saved posts, even if the viewer may no longer see it; idempotent.
    package func unsave(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await storage.write { connection in
            let removed = try connection.run(
                "DELETE FROM saves WHERE account_id = \(viewer.id) AND post_id = \(post)")
            if removed == 0 { _ = try PostRecords.author(of: post, for: viewer.id, in: connection) }
        }
    }

    /// The viewer's saved posts, last saved first, without posts that the viewer may no longer see.
    package func all(for viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let query = page.query()
            let posts = try PostRecords.listed(
                """
                SELECT \(Post.columns(for: viewer.id)), s.id FROM saves s JOIN posts p ON p.id = s.post_id
                JOIN accounts a ON a.id = p.author_id
                WHERE s.account_id = \(viewer.id) AND \(query.contains("s.id"))
                    AND \(Visibility.posts(for: viewer.id))
                ORDER BY \(query.order("s.id")) LIMIT \(page.fetchLimit)
                """, in: connection)
            return Page(posts, limit: page.limit, cursor: \.sortKey).map(\.post)
        }
    }
}
