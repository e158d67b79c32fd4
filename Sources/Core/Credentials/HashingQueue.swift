import Synchronization

/// The queue of clients that wait for a password hash.
///
/// A hash takes a processor core and 19 MiB, so few run at a time and few wait. Each account runs one hash at
/// a time, so that guesses at its password run one after another. Some places in the queue are reserved for
/// clients whose browser was signed in to the account before, and these clients go first. Signed-in members
/// get half of these places at most, because one person may have several accounts.
final class HashingQueue: Sendable {
    /// The client that a password is hashed or checked for.
    struct Client: Sendable {
        /// The account, or the typed login if there is no such account; nil for a registration.
        let account: String?
        /// Whether this browser was signed in to the account before.
        let isKnown: Bool
        /// Whether this is a signed-in member, who changes a password or proves it.
        var isMember = false

        static let newMember = Client(account: nil, isKnown: false)

        static func member(_ id: ID<Account>) -> Client {
            Client(account: id.description, isKnown: false, isMember: true)
        }
    }

    private struct Waiter {
        let id: Int
        let client: Client
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var running = 0
        /// The accounts with a running hash.
        var busy: Set<String> = []
        /// In order of arrival.
        var waiting: [Waiter] = []
        var lastID = 0

        func isFree(_ client: Client) -> Bool { client.account.map { !busy.contains($0) } ?? true }

        mutating func start(_ client: Client) {
            running += 1
            if let account = client.account { busy.insert(account) }
        }
    }

    private let concurrency: Int
    private let capacity: Int
    /// The places in the queue that are reserved for known clients.
    private let reserved: Int
    /// The number of clients that can wait for one account.
    private let waitingPerAccount = 2
    private let state = Mutex(State())

    /// - Parameters:
    ///   - concurrency: the number of hashes that run at the same time.
    ///   - capacity: the number of clients that can wait.
    ///   - reserved: how many of these places only known clients can take.
    init(atOnce concurrency: Int, places capacity: Int, reserve reserved: Int) {
        self.concurrency = concurrency
        self.capacity = capacity
        self.reserved = reserved
    }

    /// The number of waiting clients.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `work` when it is the client's turn.
    /// - Throws: ``Problem`` of kind `unavailable` when too many clients are waiting already.
    func run<Result: Sendable>(
        for client: Client, _ work: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await enter(client)
        defer { leave(client) }
        return try await work()
    }

    /// How many places of the queue a client can use.
    private func places(for client: Client) -> Int {
        if client.isKnown { return capacity }
        return client.isMember ? capacity - reserved / 2 : capacity - reserved
    }

    private func enter(_ client: Client) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // The task was cancelled before it waited, so the cancellation handler found no waiter to
                    // remove.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.running < concurrency, state.isFree(client) {
                        state.start(client)
                        return .success(())
                    }
                    let isFull = state.waiting.count >= places(for: client)
                    let ofSameAccount = client.account.map { account in
                        state.waiting.count { $0.client.account == account }
                    }
                    guard !isFull, ofSameAccount ?? 0 < waitingPerAccount else { return .failure(Self.busy) }
                    state.waiting.append(Waiter(id: id, client: client, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func leave(_ client: Client) {
        let next = state.withLock { state -> Waiter? in
            state.running -= 1
            if let account = client.account { state.busy.remove(account) }
            guard
                let index = state.waiting.firstIndex(where: { $0.client.isKnown && state.isFree($0.client) })
                    ?? state.waiting.firstIndex(where: { state.isFree($0.client) })
            else { return nil }
            let next = state.waiting.remove(at: index)
            state.start(next.client)
            return next
        }
        next?.continuation.resume()
    }

    private func cancel(_ id: Int) {
        let waiter = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private static let busy = Problem(
        .unavailable(retryAfter: 2), "Too many people are signing in; try again in a moment.")
}
