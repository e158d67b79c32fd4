import Synchronization

/// Who lately came with which credential, so that a page is one access to the storage and not two.
///
/// Whatever ends or changes a credential calls ``forgetAll()``; another copy of the program is told by ``Events``, or
/// notices within ``lifetime``.
final class ViewerCache: Sendable {
    /// How long an entry holds, in milliseconds.
    private static let lifetime: Int64 = 1000
    private static let capacity = 10_000

    private struct State {
        var viewers: [[UInt8]: (viewer: Viewer, until: Int64)] = [:]
        /// Counts the changes: what was read before one must not be kept after it.
        var changes = 0
    }

    /// A lock, because requests on every thread ask, for well under a microsecond.
    private let state = Mutex(State())

    /// The viewer with this hash, or the number to hand back with what is read instead.
    func find(_ hash: [UInt8], at time: Int64) -> (viewer: Viewer?, changes: Int) {
        state.withLock { state in
            guard let entry = state.viewers[hash], entry.until > time,
                entry.viewer.credential.expiresAt > time
            else {
                return (nil, state.changes)
            }
            return (entry.viewer, state.changes)
        }
    }

    /// Keeps a viewer that was read, unless a credential changed since.
    func keep(_ viewer: Viewer, at time: Int64, ifStill changes: Int) {
        state.withLock { state in
            guard state.changes == changes else { return }
            if state.viewers.count >= Self.capacity { state.viewers = [:] }
            state.viewers[viewer.credential.hash] = (viewer, time + Self.lifetime)
        }
    }

    /// Forgets everybody; after this returns, who was signed out is.
    func forgetAll() {
        state.withLock { state in
            state.viewers = [:]
            state.changes += 1
        }
    }
}
