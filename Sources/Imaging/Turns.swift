/// Lets a bounded number of tasks work at once and a bounded number wait, in the order they came.
actor Turns {
    private let atOnce: Int
    private let waitingLimit: Int
    private var working = 0
    private var waiting: [(number: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var lastNumber = 0

    init(atOnce: Int, waiting: Int) {
        self.atOnce = atOnce
        waitingLimit = waiting
    }

    /// Runs `work` when its turn comes.
    /// - Throws: ``ImagingError/busy`` when too many wait, `CancellationError` when cancelled while waiting.
    nonisolated func take<Result: Sendable>(_ work: @Sendable () async throws -> Result) async throws -> Result {
        try await begin()
        do {
            let result = try await work()
            await end()
            return result
        } catch {
            await end()
            throw error
        }
    }

    private func begin() async throws {
        try Task.checkCancellation()
        if working < atOnce {
            working += 1
            return
        }
        guard waiting.count < waitingLimit else { throw ImagingError.busy }
        lastNumber += 1
        let number = lastNumber
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting.append((number, $0)) }
        } onCancel: {
            Task { await leave(number) }
        }
    }

    private func leave(_ number: Int) {
        guard let place = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: place).continuation.resume(throwing: CancellationError())
    }

    /// Hands the turn to who waited longest.
    private func end() {
        if waiting.isEmpty { working -= 1 } else { waiting.removeFirst().continuation.resume() }
    }
}
