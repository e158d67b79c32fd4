import Core
import Hummingbird
import Logging
import NIOCore

/// The routes for monitoring. `/livez` responds as long as the process runs, and `/readyz` as long as the
/// database and the photo storage respond too.
package struct Health: Sendable {
    private let readiness: Readiness

    package init(community: Community) { readiness = Readiness(community: community) }

    package var routes: [Route] {
        [
            .get("livez", .monitoring) { _, _ in Self.text("alive") },
            .get("readyz", .monitoring, limits: [.healthChecks], use: ready),
        ]
    }

    @Sendable private func ready(_ request: Request, _ context: WebContext) async throws -> Response {
        guard await readiness.isReady(logger: context.logger) else {
            throw Problem(
                .unavailable(retryAfter: 5), "The database or the photo storage is not available.")
        }
        return Self.text("ready")
    }

    private static func text(_ word: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: word + "\n")))
    }
}

/// Checks whether the database and the photo storage respond. A result is reused for five seconds, a negative
/// one only for one second, so that recovery is noticed soon.
actor Readiness {
    private let community: Community
    private var lastCheck: (validUntil: Int64, isReady: Task<Bool, Never>)?

    init(community: Community) { self.community = community }

    func isReady(logger: Logger) async -> Bool {
        let now = community.clock.now()
        if let lastCheck, now < lastCheck.validUntil { return await lastCheck.isReady.value }
        let isReady = Task { [community] in
            do {
                try await Self.within(.seconds(3)) { try await community.check() }
                return true
            } catch {
                logger.error("Not ready", metadata: ["error": "\(error)"])
                return false
            }
        }
        // Requests that arrive during a check wait for its result.
        lastCheck = (now + 5000, isReady)
        let result = await isReady.value
        if !result { lastCheck = (now + 1000, isReady) }
        return result
    }

    /// Runs `body` with a time limit. Monitoring should not wait as long as the requests of people do.
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
