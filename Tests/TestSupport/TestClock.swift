import Core
import Synchronization

/// A clock that moves only when a test moves it. It begins on 21 September 2026 at noon (UTC).
package final class TestClock: Sendable {
    private let time = Mutex(TestClock.milliseconds("2026-09-21") + 12 * 3_600_000)

    package init() {}

    package var clock: WallClock { WallClock { self.time.withLock { $0 } } }

    /// The present time, in milliseconds since 1970.
    package var now: Int64 { time.withLock { $0 } }

    package func advance(by milliseconds: Int64) { time.withLock { $0 += milliseconds } }

    /// Moves the clock to midnight (UTC) of a date such as “2028-02-29”. Sessions and tokens that
    /// expire on the way are not valid afterwards; in `SiteTests`, `signInAgain` makes new ones.
    package func set(_ date: String) { time.withLock { $0 = Self.milliseconds(date) } }

    private static func milliseconds(_ date: String) -> Int64 {
        let numbers = date.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3,
            let start = Timestamp.startOfDay(year: numbers[0], month: numbers[1], day: numbers[2])
        else { preconditionFailure("“\(date)” is not a date such as “2028-02-29”.") }
        return start
    }
}
