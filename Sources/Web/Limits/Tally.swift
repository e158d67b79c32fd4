import Synchronization

/// Counts what each client has of something at the moment.
final class Tally: Sendable {
    /// One of what is counted; it counts until nobody holds it.
    final class Place: Sendable {
        private let tally: Tally
        private let key: String

        fileprivate init(_ tally: Tally, _ key: String) {
            self.tally = tally
            self.key = key
        }

        deinit { tally.giveBack(key) }
    }

    private let atMost: Int
    private let counts = Mutex<[String: Int]>([:])

    init(atMost: Int) { self.atMost = atMost }

    /// One more; nil where the client has as many as it may have.
    func take(_ key: String) -> Place? {
        let isFree = counts.withLock { counts in
            let count = counts[key] ?? 0
            guard count < atMost else { return false }
            counts[key] = count + 1
            return true
        }
        return isFree ? Place(self, key) : nil
    }

    func count(_ key: String) -> Int { counts.withLock { $0[key] ?? 0 } }

    private func giveBack(_ key: String) {
        counts.withLock { counts in
            let left = (counts[key] ?? 1) - 1
            counts[key] = left > 0 ? left : nil
        }
    }
}
