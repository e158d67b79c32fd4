import MediaStorage
import Storage

/// The data of one member, for download. It is read in pages, because it may not fit in memory.
package struct Export: Sendable {
    /// The number of rows that are read at once.
    package static let pageSize = 100

    let storage: any Storage
    let media: any MediaStorage
    let blocks: Blocks

    /// A function that returns the pages of a list.
    package typealias List<Item: Sendable> = @Sendable (Viewer, PageRequest) async throws -> Page<Item>

    /// Calls `body` with each page of a list. Each page is read in a separate transaction.
    package func each<Item>(
        _ list: List<Item>, of viewer: Viewer, _ body: ([Item]) async throws -> Void
    ) async throws {
        var cursor: Int64?
        repeat {
            let page = try await list(viewer, PageRequest(cursor: cursor, limit: Self.pageSize))
            if !page.items.isEmpty { try await body(page.items) }
            cursor = page.nextCursor.flatMap { Int64($0) }
        } while cursor != nil
    }

    /// Returns the viewer's own posts, newest first.
    @Sendable package func posts(of viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let posts = try PostRecords.by(viewer.id, for: viewer.id, page: page, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// Returns the viewer's comments, oldest first.
    @Sendable package func comments(of viewer: Viewer, page: PageRequest) async throws -> Page<Comment> {
        try await storage.read { connection in
            let comments = try CommentRecords.by(viewer.id, page: page, in: connection)
            return Page(comments, limit: page.limit, cursor: \.id)
        }
    }

    /// Returns the posts that the viewer liked, most recent like first.
    @Sendable package func liked(by viewer: Viewer, page: PageRequest) async throws -> Page<ID<Post>> {
        try await ids("likes", viewer, page)
    }

    /// Returns the posts that the viewer saved, most recently saved first.
    @Sendable package func saved(by viewer: Viewer, page: PageRequest) async throws -> Page<ID<Post>> {
        try await ids("saves", viewer, page)
    }

    /// Returns the members whom the viewer follows, most recent follow first.
    @Sendable package func following(
        by viewer: Viewer, page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await people(FollowRecords.following, viewer, page)
    }

    /// Returns the viewer's followers, most recent follow first.
    @Sendable package func followers(
        of viewer: Viewer, page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await people(FollowRecords.followers, viewer, page)
    }

    /// Returns the members whom the viewer blocks, most recent block first.
    @Sendable package func blocked(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary>
    {
        try await blocks.blocked(by: viewer, page: page)
    }

    /// Returns the members whom the viewer mutes, most recent mute first.
    @Sendable package func muted(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        try await blocks.muted(by: viewer, page: page)
    }

    private func ids(_ table: SQL, _ viewer: Viewer, _ page: PageRequest) async throws -> Page<ID<Post>> {
        let query = page.query()
        return try await storage.read { connection in
            let rows = try connection.rows(
                """
                SELECT id, post_id FROM \(table) WHERE account_id = \(viewer.id) AND \(query.contains("id"))
                ORDER BY \(query.order("id")) LIMIT \(page.fetchLimit)
                """
            ) { (id: $0.int(), post: $0.id() as ID<Post>) }
            return Page(rows, limit: page.limit, cursor: \.id).map(\.post)
        }
    }

    private func people(
        _ records:
            @escaping @Sendable (ID<Account>, ID<Account>?, PageRequest, any Connection) throws ->
            [FollowRecords.Row],
        _ viewer: Viewer, _ page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try records(viewer.id, viewer.id, page, connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
