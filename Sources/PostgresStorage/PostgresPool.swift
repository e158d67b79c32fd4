import NIOPosix
import Storage
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A pool of sessions and of the threads that use them. There are as many threads as sessions, so that a call
/// that has a thread can have a session, and libpq may block the thread.
final class PostgresPool: Sendable {
    private struct State {
        var idle: [PostgresSession] = []
        var isClosed = false
        /// How many calls wait or run.
        var activeCalls = 0
        /// Callers of ``close()`` that wait for the active calls to end.
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let url: String
    private let options: PostgresOptions
    private let threads: NIOThreadPool
    /// A lock, because calls on every thread use it.
    private let state = Mutex(State())

    /// Opens the first connection, so that a problem with the URL or the server is found at the start.
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

    /// Runs a transaction on a thread of the pool. Runs it again after a conflict with other transactions.
    func run<T: Sendable>(
        _ kind: PostgresSession.Kind, _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try enter()
        defer { leave() }
        let retries = Retries(for: options.retryTimeout)
        return try await threads.runIfActive { [self] in
            guard !retries.isTimeOver else { throw StorageError.busy }
            return try perform(kind, retries, body)
        }
    }

    /// Runs statements one after another, outside of transactions.
    func runOutsideTransaction(_ statements: [String]) async throws {
        try enter()
        defer { leave() }
        let retries = Retries(for: options.retryTimeout)
        try await threads.runIfActive { [self] in
            var retries = retries
            let session = try session(new: false, &retries)
            defer { putBack(session) }
            try session.runOutsideTransaction(statements)
        }
    }

    /// Waits until the active calls have ended, and closes all connections. New calls throw
    /// ``StorageError/closed``.
    func close() async throws {
        await withCheckedContinuation { done in
            let isDone = state.withLock { state in
                state.isClosed = true
                if state.activeCalls > 0 { state.closers.append(done) }
                return state.activeCalls == 0
            }
            if isDone { done.resume() }
        }
        state.withLock { $0.idle = [] }
        try await threads.shutdownGracefully()
    }

    private func enter() throws(StorageError) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.activeCalls += 1 }
            return state.isClosed
        }
        if isClosed { throw .closed }
    }

    private func leave() {
        let closers = state.withLock { state in
            state.activeCalls -= 1
            guard state.activeCalls == 0 else { return [] as [CheckedContinuation<Void, Never>] }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    private func perform<T>(
        _ kind: PostgresSession.Kind, _ retries: Retries, _ body: (any Connection) throws -> T
    ) throws -> T {
        var retries = retries
        var isNew = false
        while true {
            let session = try session(new: isNew, &retries)
            defer { putBack(session) }
            do {
                return try session.transaction(kind, body)
            } catch {
                switch session.recovery {
                case .fail: throw error
                case .retry: guard retries.wait() else { throw StorageError.busy }
                case .retryOnNewConnection:
                    options.reportProblem("A connection to the database was lost: \(error)")
                    guard !isNew else { throw error }
                    isNew = true
                }
            }
        }
    }

    /// Returns an idle session or opens a new one. Waits for the server if it cannot be reached.
    private func session(new: Bool, _ retries: inout Retries) throws -> PostgresSession {
        if !new, let session = state.withLock({ $0.idle.popLast() }) { return session }
        var isReported = false
        while true {
            do {
                return try PostgresSession(url: url, options: options)
            } catch {
                if !isReported { options.reportProblem("The database cannot be reached: \(error)") }
                isReported = true
                guard retries.wait() else { throw StorageError.busy }
            }
        }
    }

    private func putBack(_ session: PostgresSession) {
        guard session.isReusable else { return }
        state.withLock { $0.idle.append(session) }
    }
}

/// The retries of a call, with the time until which it may retry.
private struct Retries: Sendable {
    private let end: ContinuousClock.Instant
    private var count = 0

    init(for duration: Duration) { end = .now + duration }

    var isTimeOver: Bool { .now > end }

    /// Sleeps for a random time that grows with each retry, so that conflicting calls run at different times.
    /// - Returns: false, without sleeping, if not enough time is left.
    mutating func wait() -> Bool {
        count += 1
        let delay = UInt32.random(in: 500...(1000 << min(UInt32(count), 7)))
        guard .now + .microseconds(delay) < end else { return false }
        usleep(delay)
        return true
    }
}
