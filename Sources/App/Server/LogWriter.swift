import Foundation
import Synchronization

/// Writes log lines to standard error on a thread of its own: a log that takes nothing (a full disk, a closed pipe, a
/// reader that has stopped) loses lines, and never holds up or ends the server.
final class LogWriter: Sendable {
    static let standardError = LogWriter(descriptor: STDERR_FILENO)
    /// The most that waits; what comes then is lost.
    static let linesAtMost = 4096

    private struct State {
        var waiting = 0
        var lost = 0
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "log")
    /// A lock, because every thread logs.
    private let state = Mutex(State())

    init(descriptor: Int32) { self.descriptor = descriptor }

    func write(_ line: String) {
        let hasRoom = state.withLock { state in
            guard state.waiting < Self.linesAtMost else {
                state.lost += 1
                return false
            }
            state.waiting += 1
            return true
        }
        guard hasRoom else { return }
        queue.async { [self] in
            let lost = state.withLock { state in
                state.waiting -= 1
                defer { state.lost = 0 }
                return state.lost
            }
            if lost > 0 { put("\(lost) lines of the log were lost: it could not be written fast enough.\n") }
            put(line + "\n")
        }
    }

    /// Waits until what was logged is written, for a second at most.
    func flush() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + 1)
    }

    /// A line that cannot be written is lost.
    private func put(_ line: String) {
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
