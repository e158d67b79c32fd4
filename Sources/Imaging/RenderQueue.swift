import Synchronization

/// A queue that decides which photo is rendered next.
///
/// It limits how many photos are rendered at once. Accounts take turns, and the photos of one account are
/// rendered in the order of their arrival, so an account that sends many photos does not delay the others.
/// The number of posts in the queue is limited too, in total and for each account: a post counts once,
/// however many photos it has.
final class RenderQueue: Sendable {
    fileprivate struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    fileprivate struct State {
        var freeSlots: Int
        /// The number of posts of each account in the queue.
        var postCounts: [Int64: Int] = [:]
        /// The accounts with waiting photos, in the order of their turns.
        var accountOrder: [Int64] = []
        var waiters: [Int64: [Waiter]] = [:]
        var lastID: UInt64 = 0
    }

    private let maxPosts: Int
    private let maxPostsPerAccount: Int
    /// Held for a few instructions at a time, never across a suspension.
    private let state: Mutex<State>

    /// - Parameters:
    ///   - slots: The number of photos that are rendered at once.
    ///   - maxPosts: The number of posts in the queue, including those that are being rendered.
    ///   - maxPostsPerAccount: The number of posts of one account.
    init(slots: Int, maxPosts: Int, maxPostsPerAccount: Int) {
        self.maxPosts = maxPosts
        self.maxPostsPerAccount = maxPostsPerAccount
        state = Mutex(State(freeSlots: slots))
    }

    /// The number of photos that wait for a slot.
    var waitingCount: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    /// Adds a post of the account. Every call that succeeds needs a matching call of ``leave(_:)``.
    func enter(_ account: Int64) throws(ImagingError) {
        let refusal = state.withLock { state -> ImagingError? in
            let count = state.postCounts[account, default: 0]
            if count >= maxPostsPerAccount { return .tooManyWaiting }
            if state.postCounts.values.reduce(0, +) >= maxPosts { return .busy }
            state.postCounts[account] = count + 1
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Removes a post of the account.
    func leave(_ account: Int64) {
        state.withLock { state in
            let count = state.postCounts[account, default: 1] - 1
            state.postCounts[account] = count > 0 ? count : nil
        }
    }

    /// Waits for the account's next turn, then runs the body in a slot.
    /// - Throws: `CancellationError`, and what the body throws.
    func withSlot<Result>(for account: Int64, _ body: () async throws -> Result) async throws -> Result {
        try await acquireSlot(for: account)
        defer { releaseSlot() }
        return try await body()
    }

    private func acquireSlot(for account: Int64) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Swift.Result<Void, any Error>? = state.withLock { state in
                    // The task was cancelled before the waiter was added, so the handler found nothing to
                    // remove.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.freeSlots > 0 {
                        state.freeSlots -= 1
                        return .success(())
                    }
                    state.enqueue(Waiter(id: id, continuation: continuation), for: account)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.remove(id, of: account) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func releaseSlot() {
        let next = state.withLock { state -> Waiter? in
            guard let next = state.dequeueNext() else {
                state.freeSlots += 1
                return nil
            }
            return next
        }
        next?.continuation.resume()
    }
}

extension RenderQueue.State {
    fileprivate mutating func enqueue(_ waiter: RenderQueue.Waiter, for account: Int64) {
        if waiters[account] == nil { accountOrder.append(account) }
        waiters[account, default: []].append(waiter)
    }

    fileprivate mutating func remove(_ id: UInt64, of account: Int64) -> RenderQueue.Waiter? {
        guard let index = waiters[account]?.firstIndex(where: { $0.id == id }) else { return nil }
        let waiter = waiters[account]?.remove(at: index)
        if waiters[account]?.isEmpty == true {
            waiters[account] = nil
            accountOrder.removeAll { $0 == account }
        }
        return waiter
    }

    /// Removes and returns the first waiter of the account whose turn it is, and moves that account to the
    /// end of the order.
    fileprivate mutating func dequeueNext() -> RenderQueue.Waiter? {
        guard let account = accountOrder.first, let id = waiters[account]?.first?.id else { return nil }
        let waiter = remove(id, of: account)
        if waiters[account] != nil {
            accountOrder.removeFirst()
            accountOrder.append(account)
        }
        return waiter
    }
}
