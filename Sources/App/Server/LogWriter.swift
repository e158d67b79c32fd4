import Foundation
import Synchronization

/// Writes log lines to standard error on a background queue. If the log cannot be written (full disk, closed
/// pipe, stopped reader), lines are lost, but the server neither blocks nor exits.
final class LogWriter: Sendable {
    static let standardError = LogWriter(descriptor: STDERR_FILENO)
    /// The maximum number of queued lines. Further lines are lost.
    static let maxQueuedLines = 4096

    private struct State {
        var queuedCount = 0
        var lostCount = 0
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "log")
    /// The state has a lock because all threads write to the log.
    private let state = Mutex(State())

    init(descriptor: Int32) { self.descriptor = descriptor }

    func write(_ line: String) {
        let isAccepted = state.withLock { state in
            guard state.queuedCount < Self.maxQueuedLines else {
                state.lostCount += 1
                return false
            }
            state.queuedCount += 1
            return true
        }
        guard isAccepted else { return }
        queue.async { [self] in
            let lostCount = state.withLock { state in
                state.queuedCount -= 1
                defer { state.lostCount = 0 }
                return state.lostCount
            }
            if lostCount > 0 {
                writeNow(
                    "\(lostCount) log lines were lost because the log could not be written fast enough.\n")
            }
            writeNow(line + "\n")
        }
    }

    /// Waits until all queued lines are written, for one second at most.
    func flush() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + 1)
    }

    /// Writes to the descriptor. A line that cannot be written is lost.
    private func writeNow(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }
}
