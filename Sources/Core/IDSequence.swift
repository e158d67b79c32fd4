import Synchronization

/// Generates ids: milliseconds since 2025 in the upper 41 bits, then 22 bits that start at a random number in
/// each millisecond and count up. So the ids of one process never repeat and never decrease, and the ids of
/// two processes rarely collide.
///
/// The layout is that of Twitter's Snowflake, with a random number in place of the machine number.
package final class IDSequence: Sendable {
    /// 2025-01-01T00:00:00Z in milliseconds since 1970.
    private static let epoch: Int64 = 1_735_689_600_000
    private static let lowBits: Int64 = 22

    /// The last generated id, behind a lock because several threads generate ids.
    private let last = Mutex<Int64>(0)
    private let clock: WallClock

    package init(clock: WallClock) { self.clock = clock }

    /// The time when an id was generated, in milliseconds since 1970.
    static func time(of id: Int64) -> Int64 { (id >> lowBits) + epoch }

    /// The lowest id that can have been generated at `time`.
    static func first(at time: Int64) -> Int64 { (time - epoch) << lowBits }

    /// Makes all further ids greater than `id`, even if the clock is behind it. Another process may do the
    /// same at the same time, so the ids begin at a random number in the next millisecond.
    func continueAfter(_ id: Int64) {
        let start = ((id >> Self.lowBits) + 1) << Self.lowBits | Self.randomStart
        last.withLock { $0 = max($0, start) }
    }

    /// How far the newest id of this process is ahead of the clock, in milliseconds; 0 if it is not.
    package var lead: Int64 { max(0, last.withLock { Self.time(of: $0) } - clock.now()) }

    private static var randomStart: Int64 { Int64.random(in: 0..<(1 << (lowBits - 1))) }

    package func next<Subject>(_: Subject.Type = Subject.self) -> ID<Subject> {
        let time = Self.first(at: clock.now()) | Self.randomStart
        return last.withLock { last in
            // Within the millisecond of the last id, or after the clock was set back, count up.
            last = time >> Self.lowBits > last >> Self.lowBits ? time : last + 1
            return ID(last)
        }
    }
}

/// Returns the current time in milliseconds since 1970; tests pass their own.
package struct WallClock: Sendable {
    package let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) { self.now = now }
}
