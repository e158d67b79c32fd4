import Core
import Synchronization

/// What is said of a command while it is done, and at its end.
enum CommandMessage: Codable, Sendable {
    /// A line for whoever waits: the work goes on.
    case progress(String)
    case outcome(AdminCommand.Outcome)
}

extension AdminCommand {
    /// Does the command, and says every `interval` that it is still being done, and what just now. The last message is
    /// the outcome. The work goes on to its end also where nobody reads the messages any more.
    func messages(in community: Community, every interval: Duration = .seconds(5)) -> AsyncStream<
        CommandMessage
    > {
        AsyncStream { continuation in
            Task {
                let step = CurrentStep()
                let start = ContinuousClock.now
                let telling = Task {
                    while true {
                        do { try await Task.sleep(for: interval) } catch { return }
                        let seconds = (ContinuousClock.now - start).components.seconds
                        continuation.yield(.progress("Still working after \(seconds) seconds\(step.words)"))
                    }
                }
                let outcome = await outcome(in: community) { step.set($0) }
                telling.cancel()
                // So that no line comes after the outcome.
                await telling.value
                continuation.yield(.outcome(outcome))
                continuation.finish()
            }
        }
    }
}

/// What is being done just now. A lock, because the work says it and another task reads it.
private final class CurrentStep: Sendable {
    private let step = Mutex("")

    func set(_ new: String) { step.withLock { $0 = new } }

    var words: String { step.withLock { $0.isEmpty ? "." : ": \($0)." } }
}
