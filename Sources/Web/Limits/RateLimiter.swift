import Core
import Synchronization

/// Counts who did what how often, by the generic cell rate algorithm (ITU-T I.371, annex A): one number for each, the time
/// at which it would be even again.
///
/// It counts in this process alone: several copies of the program let through as many times more.
package final class RateLimiter: Sendable {
    private static let capacity = 100_000

    private let limits: RateLimits
    private let clock: Clock
    /// A lock, because requests on every thread ask, for well under a microsecond. Times are milliseconds since 1970.
    private let evenAt = Mutex<[String: Int64]>([:])

    package init(limits: RateLimits, clock: Clock = .system) {
        self.limits = limits
        self.clock = clock
    }

    /// Counts one more; who it is about is told apart by `key`.
    /// - Throws: ``Problem`` of kind `tooMany` with the seconds to wait.
    package func take(_ kind: RateLimits.Kind, _ key: String) throws(Problem) {
        let wait = wait(kind, key, counting: true)
        guard wait == 0 else { throw Self.problem(kind, wait: wait) }
    }

    /// Refuses who has none left, without counting.
    package func require(_ kind: RateLimits.Kind, _ key: String) throws(Problem) {
        let wait = wait(kind, key, counting: false)
        guard wait == 0 else { throw Self.problem(kind, wait: wait) }
    }

    /// How many were counted that are not even yet.
    package func count(_ kind: RateLimits.Kind, _ key: String) -> Int {
        guard let limit = limits[kind] else { return 0 }
        let now = clock.now()
        let interval = Int64(limit.seconds) * 1000 / Int64(limit.count)
        return evenAt.withLock { Int((max(0, ($0[Self.name(kind, key)] ?? now) - now) + interval - 1) / interval) }
    }

    /// Milliseconds to wait; 0 where there is room.
    private func wait(_ kind: RateLimits.Kind, _ key: String, counting: Bool) -> Int64 {
        guard let limit = limits[kind] else { return 0 }
        let now = clock.now()
        let interval = Int64(limit.seconds) * 1000 / Int64(limit.count)
        let name = Self.name(kind, key)
        return evenAt.withLock { evenAt in
            let even = max(evenAt[name] ?? now, now)
            // A full burst puts it `count` intervals ahead.
            let room = now + interval * Int64(limit.count - 1)
            guard even <= room else { return even - room }
            guard counting else { return 0 }
            if evenAt.count >= Self.capacity { evenAt = evenAt.filter { $0.value > now } }
            // Thousands of addresses at once are no crowd but an attack: who cannot be counted waits.
            guard evenAt.count < Self.capacity || evenAt[name] != nil else { return interval }
            evenAt[name] = even + interval
            return 0
        }
    }

    private static func name(_ kind: RateLimits.Kind, _ key: String) -> String { "\(kind.rawValue) \(key)" }

    private static func problem(_ kind: RateLimits.Kind, wait: Int64) -> Problem {
        let seconds = Int((wait + 999) / 1000)
        let words = seconds < 120 ? "\(seconds) seconds" : "\((seconds + 59) / 60) minutes"
        return Problem(.tooMany(retryAfter: seconds), "\(kind.words). Try again in \(words).")
    }
}
