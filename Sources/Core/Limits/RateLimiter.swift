import Synchronization

/// Counts how often things happen, by the generic cell rate algorithm (ITU-T I.371, annex A): one number for each
/// limit and key, the time at which it would be even again.
///
/// It counts in this process alone: several copies of the program let through as many times more.
package final class RateLimiter: Sendable {
    /// The most that is remembered: some 12 MB.
    private static let capacity = 500_000

    private struct State {
        /// Microseconds since 1970, by the hash of limit and key: whatever a client sends as a key, an entry takes
        /// 16 bytes. The hash has a random seed of this process, so that nobody can choose keys that collide.
        var arrivalTimes: [UInt64: Int64] = [:]
        /// When what is even again is thrown away next.
        var nextSweep: Int64 = 0
    }

    private let limits: RateLimits
    private let clock: WallClock
    private let capacity: Int
    /// A lock, because requests on every thread ask, for well under a microsecond.
    private let state = Mutex(State())

    package init(limits: RateLimits, clock: WallClock = .system) {
        self.limits = limits
        self.clock = clock
        capacity = Self.capacity
    }

    /// A limiter that remembers less, for tests.
    init(limits: RateLimits, clock: WallClock, capacity: Int) {
        self.limits = limits
        self.clock = clock
        self.capacity = capacity
    }

    /// Counts one more; who it is about is told apart by `key`.
    /// - Throws: ``Problem`` of kind `tooMany` with the seconds to wait.
    package func take(_ kind: RateLimits.Kind, _ key: String) throws(Problem) {
        guard let limit = limits[kind] else { return }
        let now = now
        let interval = limit.interval
        let wait = state.withLock { state -> Int64 in
            if now >= state.nextSweep || state.arrivalTimes.count >= capacity { sweep(&state, now) }
            let id = Self.id(kind, key)
            let even = max(state.arrivalTimes[id] ?? now, now)
            // A full burst puts it `count` intervals ahead.
            let room = now + interval * Int64(limit.count - 1)
            guard even <= room else { return even - room }
            state.arrivalTimes[id] = even + interval
            return 0
        }
        guard wait == 0 else { throw Self.problem(kind, wait: wait) }
    }

    /// Gives back one that was taken: what it was taken for turned out not to count.
    package func giveBack(_ kind: RateLimits.Kind, _ key: String) {
        guard let limit = limits[kind] else { return }
        state.withLock { $0.arrivalTimes[Self.id(kind, key)]? -= limit.interval }
    }

    /// How many were counted that are not even yet.
    package func count(_ kind: RateLimits.Kind, _ key: String) -> Int {
        guard let limit = limits[kind] else { return 0 }
        let now = now
        let even = state.withLock { $0.arrivalTimes[Self.id(kind, key)] } ?? now
        return Int((max(0, even - now) + limit.interval - 1) / limit.interval)
    }

    /// How many keys are remembered.
    var size: Int { state.withLock { $0.arrivalTimes.count } }

    private var now: Int64 { clock.now() * 1000 }

    /// Forgets what is even again, and where that does not make room, the half that would be first: remembering
    /// less lets a few requests more through, where refusing new keys would let one client shut others out.
    private func sweep(_ state: inout State, _ now: Int64) {
        state.arrivalTimes = state.arrivalTimes.filter { $0.value > now }
        if state.arrivalTimes.count >= capacity {
            let median = state.arrivalTimes.values.sorted()[state.arrivalTimes.count / 2]
            state.arrivalTimes = state.arrivalTimes.filter { $0.value > median }
        }
        state.nextSweep = now + 60_000_000
    }

    private static func id(_ kind: RateLimits.Kind, _ key: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(key)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func problem(_ kind: RateLimits.Kind, wait: Int64) -> Problem {
        let seconds = Int((wait + 999_999) / 1_000_000)
        let words = seconds < 120 ? "\(seconds) seconds" : "\((seconds + 59) / 60) minutes"
        return Problem(.tooMany(retryAfter: seconds), "\(kind.words). Try again in \(words).")
    }
}

extension RateLimit {
    /// Microseconds between two, where they come evenly. At least 1: there are at most a million a second.
    fileprivate var interval: Int64 { max(1, Int64(seconds) * 1_000_000 / Int64(count)) }
}
