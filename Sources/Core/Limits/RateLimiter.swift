import Synchronization

/// A rate limiter that uses the generic cell rate algorithm (ITU-T I.371, annex A). It stores one number for
/// each limit and key: the theoretical arrival time, at which the limit is completely unused again.
///
/// It counts within this process only: N instances allow up to N times as much.
package final class RateLimiter: Sendable {
    /// The largest number of keys: about 12 MB of memory.
    private static let capacity = 500_000

    private struct State {
        /// Theoretical arrival times in microseconds since 1970, by the hash of limit and key. An entry takes
        /// 16 bytes whatever key a client sends. The hash has a random seed per process, so that no client
        /// can choose keys that collide.
        var arrivalTimes: [UInt64: Int64] = [:]
        /// When expired entries are removed next, in microseconds since 1970.
        var nextSweep: Int64 = 0
    }

    private let limits: RateLimits
    private let clock: WallClock
    private let capacity: Int
    /// A lock, because requests on every thread use it, each for well under a microsecond.
    private let state = Mutex(State())

    package init(limits: RateLimits, clock: WallClock = .system) {
        self.limits = limits
        self.clock = clock
        capacity = Self.capacity
    }

    /// Creates a limiter with another capacity, for tests.
    init(limits: RateLimits, clock: WallClock, capacity: Int) {
        self.limits = limits
        self.clock = clock
        self.capacity = capacity
    }

    /// Counts one event. The `key` identifies the account or client that the event is counted for.
    /// - Throws: ``Problem`` of kind `tooMany`, with the seconds to wait, if the limit is reached.
    package func take(_ kind: RateLimits.Kind, _ key: String) throws(Problem) {
        guard let limit = limits[kind] else { return }
        let now = now
        let interval = limit.interval
        let wait = state.withLock { state -> Int64 in
            if now >= state.nextSweep || state.arrivalTimes.count >= capacity { sweep(&state, now) }
            let id = Self.id(kind, key)
            let arrivalTime = max(state.arrivalTimes[id] ?? now, now)
            // After a full burst, the arrival time is `count` intervals in the future.
            let latest = now + interval * Int64(limit.count - 1)
            guard arrivalTime <= latest else { return arrivalTime - latest }
            state.arrivalTimes[id] = arrivalTime + interval
            return 0
        }
        guard wait == 0 else { throw Self.problem(kind, wait: wait) }
    }

    /// Takes back one counted event, for example a sign-in that turned out to be successful.
    package func refund(_ kind: RateLimits.Kind, _ key: String) {
        guard let limit = limits[kind] else { return }
        state.withLock { $0.arrivalTimes[Self.id(kind, key)]? -= limit.interval }
    }

    /// How many counted events still use up the limit.
    package func count(_ kind: RateLimits.Kind, _ key: String) -> Int {
        guard let limit = limits[kind] else { return 0 }
        let now = now
        let arrivalTime = state.withLock { $0.arrivalTimes[Self.id(kind, key)] } ?? now
        return Int((max(0, arrivalTime - now) + limit.interval - 1) / limit.interval)
    }

    /// How many keys are stored.
    var size: Int { state.withLock { $0.arrivalTimes.count } }

    private var now: Int64 { clock.now() * 1000 }

    /// Removes expired entries. If that frees no space, it also removes the half that would expire first:
    /// losing entries lets a few more requests through, whereas refusing new keys would let one client lock
    /// out others.
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
        let duration = seconds < 120 ? "\(seconds) seconds" : "\((seconds + 59) / 60) minutes"
        return Problem(.tooMany(retryAfter: seconds), "\(kind.message). Try again in \(duration).")
    }
}

extension RateLimit {
    /// Microseconds between two evenly spaced events. At least 1, because a limit is at most a million per
    /// second.
    fileprivate var interval: Int64 { max(1, Int64(seconds) * 1_000_000 / Int64(count)) }
}
