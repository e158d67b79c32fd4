import Core
import Hummingbird
import Logging
import NIOCore

/// Answers whoever watches over the server: `/livez` while the process answers at all, `/readyz` while storage and
/// media answer too.
package struct Health: Sendable {
    private let readiness: Readiness

    package init(community: Community) { readiness = Readiness(community: community) }

    package var routes: [Route] {
        [
            .get("livez", .unidentified) { _, _ in Self.answer("alive") },
            .get("readyz", .unidentified, limits: [.healthChecks], use: ready),
        ]
    }

    @Sendable private func ready(_ request: Request, _ context: WebContext) async throws -> Response {
        guard await readiness.isReady(logger: context.logger) else {
            throw Problem(.unavailable(retryAfter: 5), "Storage or media do not answer.")
        }
        return Self.answer("ready")
    }

    private static func answer(_ word: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: word + "\n")))
    }
}

/// Whether storage and media answer: looked at once for all who ask within five seconds, and where they do not within
/// one, so that it is soon known that they do again.
actor Readiness {
    private let community: Community
    private var look: (until: Int64, isReady: Task<Bool, Never>)?

    init(community: Community) { self.community = community }

    func isReady(logger: Logger) async -> Bool {
        let now = community.clock.now()
        if let look, now < look.until { return await look.isReady.value }
        let isReady = Task { [community] in
            do {
                try await Self.within(.seconds(3)) { try await community.check() }
                return true
            } catch {
                logger.error("Not ready", metadata: ["error": "\(error)"])
                return false
            }
        }
        // Whoever asks while it is looked at waits for the same look.
        look = (now + 5000, isReady)
        let answer = await isReady.value
        if !answer { look = (now + 1000, isReady) }
        return answer
    }

    /// Whoever watches does not wait as long as a request of a person does.
    private static func within(_ duration: Duration, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        let (outcomes, outcome) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        let work = Task {
            do { outcome.yield(.success(try await body())) } catch { outcome.yield(.failure(error)) }
        }
        let limit = Task {
            try await Task.sleep(for: duration)
            outcome.yield(.failure(Problem(.unavailable(retryAfter: 5), "No answer in \(duration).")))
        }
        defer {
            work.cancel()
            limit.cancel()
        }
        for await outcome in outcomes { return try outcome.get() }
    }
}
