import Storage
import Synchronization

/// What a member sees at home.
package struct Feed: Sendable {
    let storage: any Storage
    let clock: WallClock
    private let newestFloor = FloorMemory()

    init(storage: any Storage, clock: WallClock) {
        self.storage = storage
        self.clock = clock
    }

    /// The posts of the viewer and of those they follow, newest first, in four queries at most whatever the page holds.
    ///
    /// The cursor is the last post's id: posts that arrive meanwhile stand before it, so no page misses or repeats
    /// one. Most pages are found among the community's newest posts; who follows few or quiet people gets theirs author
    /// by author.
    package func home(for viewer: Viewer, page: PageRequest) async throws -> Page<Post> {
        let time = clock.now()
        return try await storage.read { [newestFloor] connection in
            let posts = try Self.posts(
                for: viewer.id, page: page, at: time, floors: newestFloor, in: connection)
            return Page(posts, limit: page.limit, cursor: \.id)
        }
    }

    /// The same with what the cards of a page show besides, in three queries more.
    package func cards(
        for viewer: Viewer, page: PageRequest
    ) async throws -> (page: Page<Post>, previews: [ID<Post>: PostPreview]) {
        let time = clock.now()
        return try await storage.read { [newestFloor] connection in
            let posts = try Self.posts(
                for: viewer.id, page: page, at: time, floors: newestFloor, in: connection)
            let shown = Page(posts, limit: page.limit, cursor: \.id)
            return (shown, try PreviewRecords.previews(of: shown.items, for: viewer.id, in: connection))
        }
    }

    private static func posts(
        for viewer: ID<Account>, page: PageRequest, at time: Int64, floors: FloorMemory,
        in connection: any Connection
    ) throws -> [Post] {
        let stretch = page.stretch()
        let edge =
            try stretch.isWhole
            ? floors.floor(at: time) { try FeedRecords.edge(of: stretch, in: connection) }
            : FeedRecords.edge(of: stretch, in: connection)
        let end = edge ?? (stretch.end == .newest ? 0 : .max)
        let posts = try FeedRecords.near(stretch, upTo: end, for: viewer, rows: page.rows, in: connection)
        guard posts.count < page.rows, edge != nil else { return posts }
        return try FeedRecords.ofEachAuthor(stretch, for: viewer, rows: page.rows, in: connection)
    }
}

/// Where the newest posts begin: looked up once in ten seconds and not for every page. When it is a little old, the window
/// is a little larger.
private final class FloorMemory: Sendable {
    private static let lifetime: Int64 = 10_000
    /// A lock, because requests on every thread ask, for well under a microsecond.
    private let known = Mutex<(floor: Int64?, until: Int64)>((nil, .min))

    func floor(at time: Int64, _ find: () throws -> Int64?) rethrows -> Int64? {
        let known = known.withLock { $0 }
        if time < known.until { return known.floor }
        let floor = try find()
        self.known.withLock { $0 = (floor, time + Self.lifetime) }
        return floor
    }
}

extension Feed {
    /// What one page costs inside the storage alone, without the way there: the median of `times` in microseconds.
    /// It is the limit that a measured feed is set beside.
    package func bareMicroseconds(of username: String, times: Int) async throws -> Double {
        let time = clock.now()
        return try await storage.read { [newestFloor] connection in
            guard let account = try AccountRecords.find(username: username, in: connection) else {
                throw Problem.notFound("account")
            }
            let clock = ContinuousClock()
            let costs = try (0..<times).map { _ in
                try clock.measure {
                    _ = try Self.posts(
                        for: account.id, page: .first, at: time, floors: newestFloor, in: connection)
                }
            }
            return costs.sorted()[times / 2] / .microseconds(1)
        }
    }
}
