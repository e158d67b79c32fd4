import Hummingbird
import Logging
import NIOCore

/// Runs an HTTP server for a test on a free port while `body` runs.
enum LocalServer {
    static func with(
        _ respond: @escaping @Sendable (Request) async throws -> Response,
        _ body: @Sendable (String) async throws -> Void
    ) async throws {
        let router = Router()
        for method in [HTTPRequest.Method.get, .put, .post, .delete, .head] {
            router.on("**", method: method) { request, _ in try await respond(request) }
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            for await port in ports {
                try await body("http://127.0.0.1:\(port)")
                break
            }
            group.cancelAll()
        }
    }
}
