import Synchronization

/// Who renders a photo next: so many photos at once, the accounts in turn, and of each account its photos as
/// they came.
///
/// So nobody waits longer because somebody else sends many photos. What is bounded is the number of posts
/// with photos to render, in all and of one account: a post counts once, however many photos it has.
final class RenderQueue: Sendable {
    fileprivate struct Waiter {
        let ticket: UInt64
        let turn: CheckedContinuation<Void, any Error>
    }

    fileprivate struct State {
        var freeSlots: Int
        /// How many posts each account has here.
        var posts: [Int64: Int] = [:]
        /// The accounts whose photos wait, in the order of their turns.
        var turns: [Int64] = []
        var waiters: [Int64: [Waiter]] = [:]
        var lastTicket: UInt64 = 0
    }

    private let most: Int
    private let mostOfOne: Int
    /// Taken for a few instructions at a time, never while waiting.
    private let state: Mutex<State>

    /// - Parameters:
    ///   - slots: photos rendered at once.
    ///   - posts: posts here at once, those that are rendered among them.
    ///   - postsOfOne: posts of one account.
    init(slots: Int, posts: Int, postsOfOne: Int) {
        most = posts
        mostOfOne = postsOfOne
        state = Mutex(State(freeSlots: slots))
    }

    /// How many photos wait for their turn now.
    var waiting: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    /// Lets in one more post, which has to ``leave(_:)``.
    func enter(_ account: Int64) throws(ImagingError) {
        let refusal = state.withLock { state -> ImagingError? in
            let own = state.posts[account, default: 0]
            if own >= mostOfOne { return .tooManyWaiting }
            if state.posts.values.reduce(0, +) >= most { return .busy }
            state.posts[account] = own + 1
            return nil
        }
        if let refusal { throw refusal }
    }

    func leave(_ account: Int64) {
        state.withLock { state in
            let left = state.posts[account, default: 1] - 1
            state.posts[account] = left > 0 ? left : nil
        }
    }

    /// Runs the body when it is the turn of a photo of that account.
    /// - Throws: `CancellationError`, and what the body throws.
    func withSlot<Result>(for account: Int64, _ body: () async throws -> Result) async throws -> Result {
        try await take(account)
        defer { giveBack() }
        return try await body()
    }

    private func take(_ account: Int64) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { turn in
                let verdict: Swift.Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before it waited: the handler found nothing to take out.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.freeSlots > 0 {
                        state.freeSlots -= 1
                        return .success(())
                    }
                    state.add(Waiter(ticket: ticket, turn: turn), of: account)
                    return nil
                }
                if let verdict { turn.resume(with: verdict) }
            }
        } onCancel: {
            state.withLock { $0.remove(ticket, of: account) }?.turn.resume(throwing: CancellationError())
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> Waiter? in
            guard let next = state.takeNext() else {
                state.freeSlots += 1
                return nil
            }
            return next
        }
        next?.turn.resume()
    }
}

extension RenderQueue.State {
    fileprivate mutating func add(_ waiter: RenderQueue.Waiter, of account: Int64) {
        if waiters[account] == nil { turns.append(account) }
        waiters[account, default: []].append(waiter)
    }

    fileprivate mutating func remove(_ ticket: UInt64, of account: Int64) -> RenderQueue.Waiter? {
        guard let place = waiters[account]?.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        let waiter = waiters[account]?.remove(at: place)
        if waiters[account]?.isEmpty == true {
            waiters[account] = nil
            turns.removeAll { $0 == account }
        }
        return waiter
    }

    /// The first photo of the account whose turn it is; its next one has to wait until all others had their
    /// turn.
    fileprivate mutating func takeNext() -> RenderQueue.Waiter? {
        guard let account = turns.first, let ticket = waiters[account]?.first?.ticket else { return nil }
        let waiter = remove(ticket, of: account)
        if waiters[account] != nil {
            turns.removeFirst()
            turns.append(account)
        }
        return waiter
    }
}
