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

    package func next<Subject>(_: Subject.Type = Subject.self) -> ID<Subject> {
        let time =
            (clock.now() - Self.epoch) << Self.lowBits | Int64.random(in: 0..<(1 << (Self.lowBits - 1)))
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
