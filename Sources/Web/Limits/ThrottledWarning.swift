import Core
import Logging
import Synchronization

/// Warns of what goes on for long, once an hour at most.
final class ThrottledWarning: Sendable {
    private static let pause: Int64 = 60 * 60 * 1000
    private let clock: WallClock
    private let next = Mutex<Int64>(0)

    init(clock: WallClock) { self.clock = clock }

    func give(to logger: Logger, about address: String, _ message: Logger.Message) {
        let now = clock.now()
        let isDue = next.withLock { next in
            guard now >= next else { return false }
            next = now + Self.pause
            return true
        }
        if isDue { logger.warning(message, metadata: ["address": "\(address)"]) }
    }
}
