import Storage
import Synchronization

/// What a member is told: grouped, counted while unread, and live.
package struct Notifications: Sendable {
    /// How long news are kept, in milliseconds.
    static let lifetime: Int64 = 90 * 24 * 60 * 60 * 1000

    /// So many notifications of each kind are looked at, the newest: a post that thousands like costs no more
    /// to tell of, and hides neither comments nor who asks to follow.
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

    /// How many are unread, a hundred at most. Every page of a member shows it, so it is remembered until
    /// news come.
    package func unreadCount(for viewer: Viewer) async throws -> Int {
        let now = clock.now()
        let cached = unread.find(viewer.id, at: now)
        if let count = cached.count { return count }
        let count = try await storage.read { try NotificationRecords.unreadCount(for: viewer.id, in: $0) }
        unread.store(count, for: viewer.id, at: now, ifChangesAre: cached.changes)
        return count
    }

    /// Marks all notifications as read.
    package func markRead(by viewer: Viewer) async throws {
        try await storage.write { try NotificationRecords.markRead(for: viewer.id, in: $0) }
        unread.forget([viewer.id])
        await events.publish(.notifications([viewer.id]))
    }

    /// A stream of events that concern the viewer's account from now on.
    package func live(for viewer: Viewer) -> AsyncStream<LiveEvent> { events.events(for: viewer.id) }
}

/// How many notifications accounts have not seen. What changes one forgets it here; another copy of the
/// program is told by ``Events``, or notices within ``lifetime``.
final class UnreadCache: Sendable {
    private static let lifetime: Int64 = 10_000
    private static let capacity = 10_000

    private struct State {
        var counts: [ID<Account>: (count: Int, until: Int64)] = [:]
        /// The number of invalidations. A count that was read before an invalidation must not be stored after
        /// it.
        var changes = 0
    }

    /// A lock, because requests on every thread use it, each for well under a microsecond.
    private let state = Mutex(State())

    func find(_ account: ID<Account>, at time: Int64) -> (count: Int?, changes: Int) {
        state.withLock { state in
            guard let entry = state.counts[account], entry.until > time else { return (nil, state.changes) }
            return (entry.count, state.changes)
        }
    }

    func store(_ count: Int, for account: ID<Account>, at time: Int64, ifChangesAre changes: Int) {
        state.withLock { state in
            guard state.changes == changes else { return }
            if state.counts.count >= Self.capacity { state.counts = [:] }
            state.counts[account] = (count, time + Self.lifetime)
        }
    }

    func forgetAll() {
        state.withLock { state in
            state.counts = [:]
            state.changes += 1
        }
    }

    func forget(_ accounts: [ID<Account>]) {
        state.withLock { state in
            for account in accounts { state.counts[account] = nil }
            state.changes += 1
        }
    }
}
