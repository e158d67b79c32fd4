import NIOPosix
import Storage
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sessions and the threads that use them, as many of the one as of the other: whoever has a thread has a
/// session, and libpq may block there.
final class PostgresPool: Sendable {
    private struct State {
        var idle: [PostgresSession] = []
        var isClosed = false
        /// How many calls wait or run.
        var inHand = 0
        var whenDone: [CheckedContinuation<Void, Never>] = []
    }

    private let url: String
    private let options: PostgresOptions
    private let threads: NIOThreadPool
    /// A lock, because calls on every thread come, go, and lend sessions.
    private let state = Mutex(State())

    /// Connects once, so that what is wrong with the URL or the server is known at the start.
    init(url: String, options: PostgresOptions) async throws {
        self.url = url
        self.options = options
        threads = NIOThreadPool(numberOfThreads: max(1, options.connections))
        threads.start()
        do {
            let first = try await threads.runIfActive { try PostgresSession(url: url, options: options) }
            state.withLock { $0.idle.append(first) }
        } catch {
            try await threads.shutdownGracefully()
            throw error
        }
    }

    /// Runs a transaction on a thread of the pool, again where others were in its way.
    func run<T: Sendable>(
        _ kind: PostgresSession.Kind, _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try enter()
        defer { leave() }
        let patience = Patience(options.patience)
        return try await threads.runIfActive { [self] in
            guard !patience.isOver else { throw StorageError.busy }
            return try perform(kind, patience, body)
        }
    }

    /// Runs statements that stand in no transaction, one after the other.
    func runAlone(_ statements: [String]) async throws {
        try enter()
        defer { leave() }
        let patience = Patience(options.patience)
        try await threads.runIfActive { [self] in
            var patience = patience
            let session = try session(new: false, &patience)
            defer { giveBack(session) }
            try session.runAlone(statements)
        }
    }

    /// Lets what is in hand end, and nothing more begin.
    func close() async throws {
        await withCheckedContinuation { done in
            let isDone = state.withLock { state in
                state.isClosed = true
                if state.inHand > 0 { state.whenDone.append(done) }
                return state.inHand == 0
            }
            if isDone { done.resume() }
        }
        state.withLock { $0.idle = [] }
        try await threads.shutdownGracefully()
    }

    private func enter() throws(StorageError) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.inHand += 1 }
            return state.isClosed
        }
        if isClosed { throw .closed }
    }

    private func leave() {
        let waiting = state.withLock { state in
            state.inHand -= 1
            guard state.inHand == 0 else { return [] as [CheckedContinuation<Void, Never>] }
            defer { state.whenDone = [] }
            return state.whenDone
        }
        for done in waiting { done.resume() }
    }

    private func perform<T>(
        _ kind: PostgresSession.Kind, _ patience: Patience, _ body: (any Connection) throws -> T
    ) throws -> T {
        var patience = patience
        var isNew = false
        while true {
            let session = try session(new: isNew, &patience)
            defer { giveBack(session) }
            do {
                return try session.transaction(kind, body)
            } catch {
                switch session.verdict {
                case .giveUp: throw error
                case .tryAgain: guard patience.wait() else { throw StorageError.busy }
                case .tryOnNewConnection:
                    options.reportTrouble("A connection to the database was lost: \(error)")
                    guard !isNew else { throw error }
                    isNew = true
                }
            }
        }
    }

    /// A session that waits for work, or a new one; a server that is away is waited for.
    private func session(new: Bool, _ patience: inout Patience) throws -> PostgresSession {
        if !new, let session = state.withLock({ $0.idle.popLast() }) { return session }
        var isReported = false
        while true {
            do {
                return try PostgresSession(url: url, options: options)
            } catch {
                if !isReported { options.reportTrouble("The database cannot be reached: \(error)") }
                isReported = true
                guard patience.wait() else { throw StorageError.busy }
            }
        }
    }

    private func giveBack(_ session: PostgresSession) {
        guard session.isReusable else { return }
        state.withLock { $0.idle.append(session) }
    }
}

/// How long a call may still wait.
private struct Patience: Sendable {
    private let end: ContinuousClock.Instant
    private var tries = 0

    init(_ duration: Duration) { end = .now + duration }

    var isOver: Bool { .now > end }

    /// Sleeps a while by chance, longer each time, so that those in each other's way part; false when no time
    /// is left.
    mutating func wait() -> Bool {
        tries += 1
        let pause = UInt32.random(in: 500...(1000 << min(UInt32(tries), 7)))
        guard .now + .microseconds(pause) < end else { return false }
        usleep(pause)
        return true
    }
}
