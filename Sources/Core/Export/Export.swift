import MediaStorage
import Storage

/// Everything that one member made, for them to take away: in pages, because it may be more than fits in memory.
package struct Export: Sendable {
    /// So many rows of a list are read at once.
    package static let pageSize = 100

    let storage: any Storage
    let media: any MediaStorage
    let blocks: Blocks

    /// A list of an export, by which its pages are read.
    package typealias List<Item: Sendable> = @Sendable (Viewer, PageRequest) async throws -> Page<Item>

    /// Hands a list to `body` page by page. Each page is a snapshot of its own.
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

    /// The viewer's own posts, newest first.
    @Sendable package func posts(of viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        try await storage.read { connection in
            let posts = try PostRecords.by(viewer.id, for: viewer.id, page: page, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// The viewer's comments, oldest first.
    @Sendable package func comments(of viewer: Viewer, page: PageRequest) async throws -> Page<Comment> {
        try await storage.read { connection in
            let comments = try CommentRecords.by(viewer.id, page: page, in: connection)
            return Page(comments, limit: page.limit, cursor: \.id)
        }
    }

    /// The posts that the viewer liked, the last first.
    @Sendable package func liked(by viewer: Viewer, page: PageRequest) async throws -> Page<ID<Post>> {
        try await ids("likes", viewer, page)
    }

    /// The posts that the viewer saved, the last first.
    @Sendable package func saved(by viewer: Viewer, page: PageRequest) async throws -> Page<ID<Post>> {
        try await ids("saves", viewer, page)
    }

    /// Whom the viewer follows, the last first.
    @Sendable package func following(by viewer: Viewer, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        try await people(FollowRecords.following, viewer, page)
    }

    /// Who follows the viewer, the last first.
    @Sendable package func followers(of viewer: Viewer, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        try await people(FollowRecords.followers, viewer, page)
    }

    /// Whom the viewer blocks, the last first.
    @Sendable package func blocked(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary>
    {
        try await blocks.blocked(by: viewer, page: page)
    }

    /// Whom the viewer mutes, the last first.
    @Sendable package func muted(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        try await blocks.muted(by: viewer, page: page)
    }

    private func ids(_ table: SQL, _ viewer: Viewer, _ page: PageRequest) async throws -> Page<ID<Post>> {
        let stretch = page.stretch()
        return try await storage.read { connection in
            let rows = try connection.rows(
                """
                SELECT id, post_id FROM \(table) WHERE account_id = \(viewer.id) AND \(stretch.holds("id"))
                ORDER BY \(stretch.order("id")) LIMIT \(page.rows)
                """
            ) { (place: $0.int(), post: $0.id() as ID<Post>) }
            return Page(rows, limit: page.limit, cursor: \.place).map(\.post)
        }
    }

    private func people(
        _ records:
            @escaping @Sendable (ID<Account>, ID<Account>?, PageRequest, any Connection) throws ->
            [FollowRecords.Listed],
        _ viewer: Viewer, _ page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try records(viewer.id, viewer.id, page, connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
