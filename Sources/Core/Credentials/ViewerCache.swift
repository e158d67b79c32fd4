import Synchronization

/// Caches the viewers of recently used credentials, so that a page needs one access to the storage instead of
/// two.
///
/// All code that ends or changes a credential calls ``removeAll()``. Other instances learn of it through
/// ``Events``, or at the latest after ``lifetime``.
final class ViewerCache: Sendable {
    /// The lifetime of an entry, in milliseconds.
    private static let lifetime: Int64 = 1000
    private static let capacity = 10_000

    private struct State {
        var viewers: [[UInt8]: (viewer: Viewer, until: Int64)] = [:]
        /// Increases with each change of credentials. A viewer that was read before a change must not be
        /// inserted after it.
        var generation = 0
    }

    /// A lock, because requests on all threads use the cache, each for well under a microsecond.
    private let state = Mutex(State())

    /// Returns the viewer with this hash; nil if the caller must read it from the database. The
    /// generation is for ``insert(_:at:generation:)``.
    func find(_ hash: [UInt8], at time: Int64) -> (viewer: Viewer?, generation: Int) {
        state.withLock { state in
            guard let entry = state.viewers[hash], entry.until > time,
                entry.viewer.credential.expiresAt > time
            else {
                return (nil, state.generation)
            }
            return (entry.viewer, state.generation)
        }
    }

    /// Inserts a viewer, unless a credential changed since ``find(_:at:)`` returned this generation.
    func insert(_ viewer: Viewer, at time: Int64, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.viewers.count >= Self.capacity { state.viewers = [:] }
            state.viewers[viewer.credential.hash] = (viewer, time + Self.lifetime)
        }
    }

    /// Removes all entries. After this returns, no ended credential is valid any more on this instance.
    func removeAll() {
        state.withLock { state in
            state.viewers = [:]
            state.generation += 1
        }
    }
}
