import Core
import HTTPTypes
import Hummingbird
import Logging
import MediaStorage
import NIOCore
import NIOPosix

/// The routes for monitoring. `/livez` responds as long as the process runs, and `/readyz` as long as the
/// database and the photo storage respond too and the data directory has free space.
package struct Health: Sendable {
    /// The names of the paths, for load balancers that send no `Host`.
    static let names = ["livez", "readyz"]

    private let readiness: Readiness
    private let ids: IDSequence

    /// How long the database and the photo storage may take to respond. Monitoring should not wait as long as
    /// the requests of people do.
    package static let timeout = Duration.seconds(3)

    /// - Parameter space: the free space that the server needs; nil if it is not measured.
    package init(community: Community, space: FreeSpace?, timeout: Duration = Self.timeout) {
        readiness = Readiness(community: community, space: space, timeout: timeout)
        ids = community.ids
    }

    package var routes: [Route] {
        [
            .get("livez", .monitoring) { _, _ in Self.text("alive") },
            .get("readyz", .monitoring, limits: [.healthChecks], use: ready),
        ]
    }

    @Sendable private func ready(_ request: Request, _ context: WebContext) async throws -> Response {
        if let problem = await readiness.problem(logger: context.logger) {
            var response = Self.text(problem.detail, status: .serviceUnavailable)
            response.headers[.retryAfter] = problem.retryAfter.map { String($0) }
            return response
        }
        // The server works in spite of a clock that is behind, and a restart would change nothing. So it is
        // ready.
        return Self.text(
            ["ready", ClockCheck.note(lead: ids.lead)].compactMap { $0 }.joined(separator: "\n"))
    }

    private static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}

/// The free space that the server needs in the data directory.
package struct FreeSpace: Sendable {
    let folder: String
    /// In bytes. With 0, everything is enough.
    let minimum: Int64
    private let threads: NIOThreadPool

    package init(in folder: String, minimum: Int64, threads: NIOThreadPool = .singleton) {
        self.folder = folder
        self.minimum = minimum
        self.threads = threads
    }

    /// - Throws: ``NotReady`` if less is free.
    fileprivate func check() async throws {
        guard minimum > 0 else { return }
        let free = try await threads.runIfActive { [folder] in try Files.freeBytes(at: folder) }
        guard free < minimum else { return }
        throw NotReady(
            reason: "The data directory has less than \(minimum / 1_000_000) MB of free space.",
            details: ["free": "\(free)"])
    }
}

/// The reason why the server is not ready.
private struct NotReady: Error {
    let reason: String
    let details: Logger.Metadata
}

/// Checks whether the database and the photo storage respond, and whether there is free space. A result is
/// reused for five seconds, a negative one only for one second, so that recovery is noticed soon.
actor Readiness {
    private let community: Community
    private let space: FreeSpace?
    private let timeout: Duration
    private var lastCheck: (validUntil: Int64, problem: Task<Problem?, Never>)?

    init(community: Community, space: FreeSpace?, timeout: Duration) {
        self.community = community
        self.space = space
        self.timeout = timeout
    }

    /// Returns why the server is not ready; nil if it is.
    func problem(logger: Logger) async -> Problem? {
        let now = community.clock.now()
        if let lastCheck, now < lastCheck.validUntil, now >= lastCheck.validUntil - 5000 {
            return await lastCheck.problem.value
        }
        let result = Task { await check(logger: logger) }
        // Requests that arrive during a check wait for its result.
        lastCheck = (now + 5000, result)
        let problem = await result.value
        if problem != nil { lastCheck = (now + 1000, result) }
        return problem
    }

    private nonisolated func check(logger: Logger) async -> Problem? {
        do {
            try await Self.within(timeout) { [community, space] in
                try await community.check()
                try await space?.check()
            }
            return nil
        } catch {
            let notReady =
                error as? NotReady
                ?? NotReady(
                    reason: "The database or the photo storage is not available.",
                    details: ["error": "\(error)"])
            community.failures.log(.error, "Not ready. \(notReady.reason)", to: logger) { notReady.details }
            return Problem(.unavailable(retryAfter: 5), notReady.reason)
        }
    }

    /// Runs `body` with a time limit.
    private static func within(_ duration: Duration, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        let (outcomes, outcome) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        let work = Task {
            do { outcome.yield(.success(try await body())) } catch { outcome.yield(.failure(error)) }
        }
        let timeout = Task {
            try await Task.sleep(for: duration)
            outcome.yield(.failure(Problem(.unavailable(retryAfter: 5), "No response within \(duration).")))
        }
        defer {
            work.cancel()
            timeout.cancel()
        }
        for await outcome in outcomes { return try outcome.get() }
    }
}
