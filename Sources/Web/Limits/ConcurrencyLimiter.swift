import Synchronization

/// Limits how many things of a kind, such as connections, each client may have at a time.
final class ConcurrencyLimiter: Sendable {
    /// One of the things that a client may have. It is released when the last reference to it goes.
    final class Slot: Sendable {
        private let limiter: ConcurrencyLimiter
        private let key: String

        fileprivate init(_ limiter: ConcurrencyLimiter, _ key: String) {
            self.limiter = limiter
            self.key = key
        }

        deinit { limiter.release(key) }
    }

    private let limit: Int
    /// The counts have a lock because every event loop uses them.
    private let counts = Mutex<[String: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// Takes a slot for a client. Returns nil if the client has reached its limit.
    func acquire(_ key: String) -> Slot? {
        let isAcquired = counts.withLock { counts in
            let count = counts[key] ?? 0
            guard count < limit else { return false }
            counts[key] = count + 1
            return true
        }
        return isAcquired ? Slot(self, key) : nil
    }

    func count(_ key: String) -> Int { counts.withLock { $0[key] ?? 0 } }

    private func release(_ key: String) {
        counts.withLock { counts in
            let count = (counts[key] ?? 1) - 1
            counts[key] = count > 0 ? count : nil
        }
    }
}
