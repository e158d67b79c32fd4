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

/// Commands over the socket of a running server.
struct ControlSocketTests {
    @Test func `a long command says that it works, and is waited for to its end`() async throws {
        try await TestCommunity.with { test in
            // The work stands still until two lines of progress have come.
            let (seen, see) = AsyncStream.makeStream(of: Void.self)
            let storage = InterruptedStorage(test.storage) { for await _ in seen {} }
            let socket = try ControlSocket.application(
                in: test.folder, community: test.community(over: storage), logger: QuietLog.logger("control"),
                every: .milliseconds(20))
            let lines = Mutex<[String]>([])
            let outcome = try await served(by: socket, in: test.folder) {
                try await ControlSocket.send(.maintain(removeStrays: false), to: test.folder) { line in
                    let count = lines.withLock {
                        $0.append(line)
                        return $0.count
                    }
                    if count == 2 { see.finish() }
                }
            }
            #expect(outcome.refusal == nil && outcome.lines.contains("0\tcounters mended"))
            #expect(lines.withLock { $0.count } >= 2)
            for line in lines.withLock({ $0.prefix(2) }) {
                #expect(
                    line.hasPrefix("Still working after ")
                        && line.hasSuffix(" seconds: removing what has expired."))
            }
        }
    }

    @Test func `a short command says nothing before its outcome`() async throws {
        try await TestCommunity.with { test in
            var messages: [CommandMessage] = []
            for await message in AdminCommand.listUsers.messages(in: test.community) {
                messages.append(message)
            }
            #expect(messages.count == 1)
            guard case .outcome(let outcome) = messages[0] else {
                Issue.record("the last message is the outcome")
                return
            }
            #expect(outcome.lines.isEmpty && outcome.refusal == nil)
        }
    }

    @Test func `of a server that went away in the middle nobody says that it failed`() async throws {
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
                logger: QuietLog.logger("control"))
            let lost = await #expect(throws: SettingsError.self) {
                try await served(by: server, in: folder) {
                    try await ControlSocket.send(.listUsers, to: folder) { #expect($0 == "Still working") }
                }
            }
            #expect(lost.map { "\($0)" }?.contains("whether it was done is not known") == true)
        }
    }

    /// Runs `body` while `server` listens on the socket in `folder`.
    private func served<Result: Sendable>(
        by server: some ApplicationProtocol, in folder: String, _ body: @Sendable () async throws -> Result
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
