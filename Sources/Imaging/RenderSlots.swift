import Synchronization

/// So many at once, so many more in a line, first come first served; whoever comes then is sent away.
final class RenderSlots: Sendable {
    private struct State {
        var free: Int
        var line: [(ticket: UInt64, turn: CheckedContinuation<Void, any Error>)] = []
        var lastTicket: UInt64 = 0
    }

    private let longestLine: Int
    /// Taken for a few instructions at a time, never while waiting.
    private let state: Mutex<State>

    init(count: Int, waiting: Int) {
        longestLine = waiting
        state = Mutex(State(free: count))
    }

    /// Runs the body as soon as there is a slot.
    /// - Throws: ``ImagingError/busy`` where the line is full; `CancellationError`.
    func withSlot<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await take()
        defer { giveBack() }
        return try await body()
    }

    /// How many are waiting now.
    var waiting: Int { state.withLock { $0.line.count } }

    private func take() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                let verdict: Swift.Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before it stood in line: the handler found nothing to take out.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.free > 0 {
                        state.free -= 1
                        return .success(())
                    }
                    guard state.line.count < longestLine else { return .failure(ImagingError.busy) }
                    state.line.append((ticket, turn))
                    return nil
                }
                if let verdict { turn.resume(with: verdict) }
            }
        } onCancel: {
            let left = state.withLock { state in
                state.line.firstIndex { $0.ticket == ticket }.map { state.line.remove(at: $0) }
            }
            left?.turn.resume(throwing: CancellationError())
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard state.line.isEmpty else { return state.line.removeFirst().turn }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
