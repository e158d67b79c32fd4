import Synchronization

/// A signal that wakes all tasks that wait for it.
final class WakeSignal: Sendable {
    private struct State {
        var count = 0
        var waiters: [Int: Task<Void, Never>] = [:]
        var lastWaiter = 0
    }

    /// A lock rather than an actor, because requests on every thread send the signal.
    private let state = Mutex(State())

    /// How often the signal was sent.
    var count: Int { state.withLock { $0.count } }

    func send() {
        state.withLock { state in
            state.count += 1
            for waiter in state.waiters.values { waiter.cancel() }
        }
    }

    /// Waits until the signal was sent more than `count` times, until `duration` is over, or until the task
    /// is cancelled.
    func wait(since count: Int, atMost duration: Duration) async {
        let added: (number: Int, waiter: Task<Void, Never>)? = state.withLock { state in
            guard state.count == count else { return nil }
            let waiter = Task { _ = try? await Task.sleep(for: duration) }
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = waiter
            return (state.lastWaiter, waiter)
        }
        guard let added else { return }
        await withTaskCancellationHandler {
            await added.waiter.value
        } onCancel: {
            added.waiter.cancel()
        }
        state.withLock { $0.waiters[added.number] = nil }
    }
}
