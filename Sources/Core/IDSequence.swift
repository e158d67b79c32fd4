import Synchronization

/// Makes ids: milliseconds since 2025 in the upper 41 bits, then 22 bits that begin at random in each millisecond
/// and count up, so that ids of one program never repeat and never go back, and two programs rarely meet.
///
/// The layout is that of Twitter's Snowflake, with the machine number replaced by chance.
package final class IDSequence: Sendable {
    /// 2025-01-01T00:00:00Z in milliseconds since 1970.
    private static let epoch: Int64 = 1_735_689_600_000
    private static let low: Int64 = 22

    /// The last id given; a lock, because rules on several threads ask.
    private let last = Mutex<Int64>(0)
    private let clock: WallClock

    package init(clock: WallClock) { self.clock = clock }

    /// When an id was made, in milliseconds since 1970.
    static func time(of id: Int64) -> Int64 { (id >> low) + epoch }

    /// The first id that can have been made at `time`.
    static func first(at time: Int64) -> Int64 { (time - epoch) << low }

    package func next<Subject>(_: Subject.Type = Subject.self) -> ID<Subject> {
        let time = (clock.now() - Self.epoch) << Self.low | Int64.random(in: 0..<(1 << (Self.low - 1)))
        return last.withLock { last in
            // Within the millisecond of the last id, and when the clock was set back: count on.
            last = time >> Self.low > last >> Self.low ? time : last + 1
            return ID(last)
        }
    }
}

/// Tells the time in milliseconds since 1970; tests hand in their own.
package struct WallClock: Sendable {
    package let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) { self.now = now }
}
