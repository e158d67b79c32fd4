import Core
import Logging
import Synchronization

/// Logs a warning about a lasting condition, once an hour at most.
final class ThrottledWarning: Sendable {
    /// The time between two warnings, in milliseconds.
    private static let interval: Int64 = 60 * 60 * 1000
    private let clock: WallClock
    private let nextTime = Mutex<Int64>(0)

    init(clock: WallClock) { self.clock = clock }

    func log(_ message: Logger.Message, address: String, to logger: Logger) {
        let now = clock.now()
        let isDue = nextTime.withLock { nextTime in
            guard now >= nextTime else { return false }
            nextTime = now + Self.interval
            return true
        }
        if isDue { logger.warning(message, metadata: ["address": "\(address)"]) }
    }
}
