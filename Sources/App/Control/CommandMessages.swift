import Core
import Synchronization

/// A message about a command: its progress or its outcome.
enum CommandMessage: Codable, Sendable {
    /// A line for the terminal. The command is still running.
    case progress(String)
    case outcome(AdminCommand.Outcome)
}

extension AdminCommand {
    /// Runs the command, and reports the current step once per `interval`. The last message is the outcome.
    /// The command runs to its end even if nobody reads the messages any longer.
    func messages(in community: Community, every interval: Duration = .seconds(5)) -> AsyncStream<
        CommandMessage
    > {
        AsyncStream { continuation in
            Task {
                let step = CurrentStep()
                let start = ContinuousClock.now
                let reporting = Task {
                    while true {
                        do { try await Task.sleep(for: interval) } catch { return }
                        let seconds = (ContinuousClock.now - start).components.seconds
                        continuation.yield(.progress("Still working after \(seconds) seconds\(step.suffix)"))
                    }
                }
                let outcome = await outcome(in: community) { step.set($0) }
                reporting.cancel()
                // No progress may follow the outcome.
                await reporting.value
                continuation.yield(.outcome(outcome))
                continuation.finish()
            }
        }
    }
}

/// The current step of a command. It has a lock because one task sets it and another reads it.
private final class CurrentStep: Sendable {
    private let step = Mutex("")

    func set(_ new: String) { step.withLock { $0 = new } }

    /// The end of a sentence that may name the step.
    var suffix: String { step.withLock { $0.isEmpty ? "." : ": \($0)." } }
}
