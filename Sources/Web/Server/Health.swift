import Core
import Hummingbird
import Logging
import NIOCore

/// Answers whoever watches over the server: `/livez` while the process answers at all, `/readyz` while storage and
/// media answer too.
package struct Health: Sendable {
    private let community: Community

    package init(community: Community) { self.community = community }

    package var routes: [Route] {
        [
            .get("livez", .unidentified) { _, _ in Self.answer("alive") },
            .get("readyz", .unidentified, use: readiness),
        ]
    }

    @Sendable func readiness(_ request: Request, _ context: WebContext) async throws -> Response {
        do {
            try await Self.within(.seconds(3)) { [community] in try await community.check() }
            return Self.answer("ready")
        } catch {
            context.logger.error("Not ready", metadata: ["error": "\(error)"])
            throw Problem(.unavailable(retryAfter: 5), "Storage or media do not answer.")
        }
    }

    /// Whoever watches does not wait as long as a request of a person does.
    private static func within(_ duration: Duration, _ body: @escaping @Sendable () async throws -> Void) async throws {
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

    private static func answer(_ word: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: word + "\n")))
    }
}
