import Synchronization

/// Who may hash a password next.
///
/// A hash takes a core and 19 MiB, so that few run at a time and few wait. One account takes one place at a time:
/// whoever guesses at its password does so one guess after the other. Strangers leave some of the places to those who
/// were signed in before in their browser, and these go first.
final class HashingQueue: Sendable {
    /// Whom a password is hashed or checked for.
    struct Client: Sendable {
        /// The account, or the name that was typed where there is none; nil for somebody who registers.
        let account: String?
        /// Whether the account was signed in before from the same browser.
        let isKnown: Bool

        static let newcomer = Client(account: nil, isKnown: false)

        /// Somebody who is signed in.
        static func member(_ id: ID<Account>) -> Client { Client(account: id.description, isKnown: true) }
    }

    private struct Waiter {
        let id: Int
        let client: Client
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var running = 0
        /// The accounts of those that run.
        var busy: Set<String> = []
        /// In the order in which they came.
        var waiting: [Waiter] = []
        var lastID = 0

        func isFree(_ client: Client) -> Bool { client.account.map { !busy.contains($0) } ?? true }

        mutating func start(_ client: Client) {
            running += 1
            if let account = client.account { busy.insert(account) }
        }
    }

    private let atOnce: Int
    private let places: Int
    /// Places that strangers leave free.
    private let reserve: Int
    /// The most that wait for one account.
    private let waitingForOne = 2
    private let state = Mutex(State())

    init(atOnce: Int, places: Int, reserve: Int) {
        self.atOnce = atOnce
        self.places = places
        self.reserve = reserve
    }

    /// How many wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `work` when it is the client's turn.
    /// - Throws: ``Problem`` of kind `unavailable` where too many wait already.
    func run<Result: Sendable>(
        for client: Client, _ work: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await enter(client)
        defer { leave(client) }
        return try await work()
    }

    private func enter(_ client: Client) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // Cancelled before it waited: the handler below found nothing to take out.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.running < atOnce, state.isFree(client) {
                        state.start(client)
                        return .success(())
                    }
                    let isFull = state.waiting.count >= (client.isKnown ? places : places - reserve)
                    let ofSame = client.account.map { account in
                        state.waiting.count { $0.client.account == account }
                    }
                    guard !isFull, ofSame ?? 0 < waitingForOne else { return .failure(Self.busy) }
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
                let place = state.waiting.firstIndex(where: { $0.client.isKnown && state.isFree($0.client) })
                    ?? state.waiting.firstIndex(where: { state.isFree($0.client) })
            else { return nil }
            let next = state.waiting.remove(at: place)
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
