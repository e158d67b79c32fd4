import Core
import Hummingbird
import Logging
import NIOCore
import TestSupport
import Testing
import Web

@testable import App

/// The whole site on a local port.
enum LiveSite {
    static func serve(
        limits: ConnectionLimits = .init(),
        _ body: @escaping @Sendable (TestCommunity, Int) async throws -> Void
    ) async throws {
        try await TestCommunity.with { test in
            let origin = Site(baseURL: "http://localhost")
            let site = try #require(origin)
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            // Runs as `isntgram serve` runs it, because Hummingbird's test framework ignores the connection
            // limit.
            var application = SiteApplication(
                community: test.community, site: site, uploads: test.uploads,
                logger: QuietLogHandler.logger("live"))
            application.connections = limits
            let app = application.listening(on: "127.0.0.1", port: 0) { channel in
                port.yield(channel.localAddress?.port ?? 0)
            }
            try await withThrowingTaskGroup { group in
                group.addTask {
                    defer { port.finish() }
                    try await app.run()
                }
                var isRunning = false
                for await port in ports {
                    isRunning = true
                    try await body(test, port)
                    break
                }
                #expect(isRunning)
                group.cancelAll()
                while let end = await group.nextResult() {
                    if case .failure(let error) = end, !(error is CancellationError) { throw error }
                }
            }
        }
    }
}
