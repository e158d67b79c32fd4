import Logging
import Synchronization

/// Logs messages about lasting conditions, such as a full disk, each at most once in an interval. Otherwise
/// every request would write the same line.
package final class ThrottledLog: Sendable {
    /// The time between two lines with the same message, in milliseconds.
    private let interval: Int64
    private let clock: WallClock
    /// When each message was logged last, behind a lock because every request may use it. The messages are
    /// those in the source code, so there are few.
    private let times = Mutex<[String: Int64]>([:])

    package init(interval: Int64, clock: WallClock) {
        self.interval = interval
        self.clock = clock
    }

    /// - Parameter metadata: is called only if the message is logged.
    package func log(
        _ level: Logger.Level, _ message: String, to logger: Logger, metadata: () -> Logger.Metadata = { [:] }
    ) {
        let now = clock.now()
        let isDue = times.withLock { times in
            // After the clock was set back, the message is due too.
            if let last = times[message], last <= now, now < last + interval { return false }
            times[message] = now
            return true
        }
        if isDue { logger.log(level: level, "\(message)", metadata: metadata()) }
    }
}
