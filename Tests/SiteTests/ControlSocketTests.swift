import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage
import Synchronization
import TestSupport
import Testing

@testable import App

/// Administrator commands that are sent to a running server over its control socket.
struct ControlSocketTests {
    @Test func `the administrator sees progress while a long command runs`() async throws {
        try await TestCommunity.with { test in
            // The command blocks until two progress messages have arrived.
            let (progress, progressSeen) = AsyncStream.makeStream(of: Void.self)
            let storage = InterleavingStorage(test.storage) { for await _ in progress {} }
            let socket = try ControlSocket.application(
                in: test.folder, community: test.community(over: storage),
                logger: QuietLogHandler.logger("control"),
                every: .milliseconds(20))
            let lines = Mutex<[String]>([])
            let outcome = try await withServer(socket, in: test.folder) {
                try await ControlSocket.send(.maintain(removeStrays: false), to: test.folder) { line in
                    let count = lines.withLock {
                        $0.append(line)
                        return $0.count
                    }
                    if count == 2 { progressSeen.finish() }
                }
            }
            #expect(outcome.refusal == nil && outcome.lines.contains("0\tcounters corrected"))
            #expect(lines.withLock { $0.count } >= 2)
            for line in lines.withLock({ $0.prefix(2) }) {
                #expect(
                    line.hasPrefix("Still working after ")
                        && line.hasSuffix(" seconds: removing expired records."))
            }
        }
    }

    @Test func `the administrator sees only the result of a short command`() async throws {
        try await TestCommunity.with { test in
            var messages: [CommandMessage] = []
            for await message in AdminCommand.listUsers.messages(in: test.community) {
                messages.append(message)
            }
            #expect(messages.count == 1)
            guard case .outcome(let outcome) = messages[0] else {
                Issue.record("the last message is not the outcome")
                return
            }
            #expect(outcome.lines.isEmpty && outcome.refusal == nil)
        }
    }

    @Test func `the administrator learns that the result is unknown when the server stops during a command`()
        async throws
    {
        try await Fixtures.withFolder { folder in
            let router = Router()
            router.post("command") { _, _ in
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        let line = try JSONEncoder().encode(CommandMessage.progress("Still working"))
                        try await writer.write(ByteBuffer(bytes: line + [UInt8(ascii: "\n")]))
                        throw CancellationError()
                    })
            }
            let server = Application(
                router: router,
                configuration: .init(address: .unixDomainSocket(path: ControlSocket.path(in: folder))),
                logger: QuietLogHandler.logger("control"))
            let lost = await #expect(throws: CommandError.self) {
                try await withServer(server, in: folder) {
                    try await ControlSocket.send(.listUsers, to: folder) { #expect($0 == "Still working") }
                }
            }
            #expect(lost.map { "\($0)" }?.contains("Check whether the command took effect") == true)
        }
    }

    /// Runs `body` while `server` listens on the control socket in `folder`.
    private func withServer<Result: Sendable>(
        _ server: some ApplicationProtocol, in folder: String, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let running = Task { try await server.run() }
        while !FileManager.default.fileExists(atPath: ControlSocket.path(in: folder)) { await Task.yield() }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        running.cancel()
        _ = await running.result
        return try result.get()
    }
}
