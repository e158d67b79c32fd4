import Storage
import Synchronization

/// The rules of the home feed.
package struct Feed: Sendable {
    let storage: any Storage
    let clock: WallClock
    private let windowCache = WindowCache()

    init(storage: any Storage, clock: WallClock) {
        self.storage = storage
        self.clock = clock
    }

    /// Returns the posts of the viewer and of everybody they follow, newest first, in at most four queries
    /// whatever the size of the page.
    ///
    /// The cursor is the id of the last post. New posts come before it, so no page misses or repeats a post.
    /// Most pages are found among the newest posts of the community. For viewers who follow few or inactive
    /// people, a second query reads the posts of each author.
    package func all(for viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        let time = clock.now()
        return try await storage.read { [windowCache] connection in
            let posts = try Self.posts(
                for: viewer.id, page: page, at: time, windowCache: windowCache, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// Returns a page of ``all(for:page:)`` with the previews for its cards, in three more queries.
    package func cards(
        for viewer: Viewer, page: PageRequest
    ) async throws -> (page: Page<Post>, previews: [ID<Post>: PostPreview]) {
        let time = clock.now()
        return try await storage.read { [windowCache] connection in
            let posts = try Self.posts(
                for: viewer.id, page: page, at: time, windowCache: windowCache, in: connection)
            let shownPage = Page(posts, limit: page.limit, cursor: \.id)
            return (
                shownPage, try PreviewRecords.previews(of: shownPage.items, for: viewer.id, in: connection)
            )
        }
    }

    private static func posts(
        for viewer: ID<Account>, page: PageRequest, at time: Int64, windowCache: WindowCache,
        in connection: any Connection
    ) throws -> [Post] {
        let query = page.query()
        let windowEnd =
            try query.isNewestPage
            ? windowCache.windowEnd(at: time) { try FeedRecords.windowEnd(of: query, in: connection) }
            : FeedRecords.windowEnd(of: query, in: connection)
        let end = windowEnd ?? (query.end == .newest ? 0 : .max)
        let posts = try FeedRecords.inWindow(
            query, upTo: end, for: viewer, rows: page.fetchLimit, in: connection)
        guard posts.count < page.fetchLimit, windowEnd != nil else { return posts }
        return try FeedRecords.byAuthor(query, for: viewer, rows: page.fetchLimit, in: connection)
    }
}

/// Caches the end of the window of newest posts for ten seconds, so that not every page queries it. While the
/// value is stale, the window is slightly larger.
private final class WindowCache: Sendable {
    private static let lifetime: Int64 = 10_000
    /// A lock, because requests on all threads use the cache, each for well under a microsecond.
    private let cached = Mutex<(windowEnd: Int64?, expiresAt: Int64)>((nil, .min))

    func windowEnd(at time: Int64, _ find: () throws -> Int64?) rethrows -> Int64? {
        let entry = cached.withLock { $0 }
        if time < entry.expiresAt { return entry.windowEnd }
        let windowEnd = try find()
        cached.withLock { $0 = (windowEnd, time + Self.lifetime) }
        return windowEnd
    }
}
