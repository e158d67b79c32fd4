import Synchronization

/// Wakes those who sleep until something happens.
final class Alarm: Sendable {
    private struct State {
        var rings = 0
        var sleepers: [Int: Task<Void, Never>] = [:]
        var lastSleeper = 0
    }

    /// A lock, because requests on every thread ring.
    private let state = Mutex(State())

    /// How often it has rung.
    var rings: Int { state.withLock { $0.rings } }

    func ring() {
        state.withLock { state in
            state.rings += 1
            for sleeper in state.sleepers.values { sleeper.cancel() }
        }
    }

    /// Sleeps until it has rung more often than `rings` times, until `duration` is over, or until the task is
    /// cancelled.
    func sleep(since rings: Int, atMost duration: Duration) async {
        let found: (number: Int, sleeper: Task<Void, Never>)? = state.withLock { state in
            guard state.rings == rings else { return nil }
            let sleeper = Task { _ = try? await Task.sleep(for: duration) }
            state.lastSleeper += 1
            state.sleepers[state.lastSleeper] = sleeper
            return (state.lastSleeper, sleeper)
        }
        guard let found else { return }
        await withTaskCancellationHandler {
            await found.sleeper.value
        } onCancel: {
            found.sleeper.cancel()
        }
        state.withLock { $0.sleepers[found.number] = nil }
    }
}
