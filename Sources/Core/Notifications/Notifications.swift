import Storage
import Synchronization

/// The notifications of members: lists of groups, unread counts and live events.
package struct Notifications: Sendable {
    /// How long notifications are kept, in milliseconds.
    static let lifetime: Int64 = 90 * 24 * 60 * 60 * 1000

    /// How many notifications of each kind are read, the newest ones. The limit bounds the cost of a post
    /// with thousands of likes, and such a post does not hide comments or follow requests.
    package static let window = 500

    let storage: any Storage
    let events: any Events
    let clock: WallClock
    let unread: UnreadCache

    /// The viewer's notifications, newest first. A page takes three queries, whatever its size.
    package func all(for viewer: Viewer, page: PageRequest) async throws -> Page<NotificationGroup> {
        try await storage.read { connection in
            let rows = try NotificationRecords.groups(for: viewer.id, page: page, in: connection)
            let photos = try PhotoRecords.photos(of: rows.compactMap(\.post), in: connection)
            let texts = try NotificationRecords.texts(of: rows.compactMap(\.comment), in: connection)
            // The rows of a group are adjacent.
            var groups: [[NotificationRecords.GroupRow]] = []
            for row in rows {
                if groups.last?.first?.newest == row.newest {
                    groups[groups.count - 1].append(row)
                } else {
                    groups.append([row])
                }
            }
            let items = groups.map { group in
                let row = group[0]
                return NotificationGroup(
                    id: row.newest, kind: row.kind, actors: group.map(\.actor), count: row.count,
                    post: row.post,
                    photo: row.post.flatMap { photos[$0]?.first }, comment: row.comment,
                    commentText: row.comment.flatMap { texts[$0] }, isUnread: row.isUnread,
                    createdAt: IDSequence.time(of: row.newest))
            }
            return Page(items, limit: page.limit, cursor: \.id)
        }
    }

    /// How many notifications are unread, at most 100. Every page for a member shows the number, so it is
    /// cached for ten seconds or until a notification arrives.
    package func unreadCount(for viewer: Viewer) async throws -> Int {
        let now = clock.now()
        let cached = unread.find(viewer.id, at: now)
        if let count = cached.count { return count }
        let count = try await storage.read { try NotificationRecords.unreadCount(for: viewer.id, in: $0) }
        unread.store(count, for: viewer.id, at: now, ifGenerationIs: cached.generation)
        return count
    }

    /// Marks all notifications as read.
    package func markRead(by viewer: Viewer) async throws {
        try await storage.write { try NotificationRecords.markRead(for: viewer.id, in: $0) }
        unread.remove([viewer.id])
        await events.publish(.notifications([viewer.id]))
    }

    /// A stream of events that concern the viewer's account from now on.
    package func live(for viewer: Viewer) -> AsyncStream<LiveEvent> { events.events(for: viewer.id) }
}

/// A cache of the unread notification counts of accounts. A change removes the entry from this instance's
/// cache. Other instances remove it when they receive the event, or else when it expires after ``lifetime``.
final class UnreadCache: Sendable {
    private static let lifetime: Int64 = 10_000
    private static let capacity = 10_000

    private struct State {
        var counts: [ID<Account>: (count: Int, until: Int64)] = [:]
        /// The number of invalidations. A count that was read before an invalidation must not be stored after
        /// it.
        var generation = 0
    }

    /// A lock, because requests on every thread use it, each for well under a microsecond.
    private let state = Mutex(State())

    func find(_ account: ID<Account>, at time: Int64) -> (count: Int?, generation: Int) {
        state.withLock { state in
            guard let entry = state.counts[account], entry.until > time else {
                return (nil, state.generation)
            }
            return (entry.count, state.generation)
        }
    }

    func store(_ count: Int, for account: ID<Account>, at time: Int64, ifGenerationIs generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.counts.count >= Self.capacity { state.counts = [:] }
            state.counts[account] = (count, time + Self.lifetime)
        }
    }

    func removeAll() {
        state.withLock { state in
            state.counts = [:]
            state.generation += 1
        }
    }

    func remove(_ accounts: [ID<Account>]) {
        state.withLock { state in
            for account in accounts { state.counts[account] = nil }
            state.generation += 1
        }
    }
}
