import Core
import Foundation
import FoundationNetworking
import Hummingbird
import Imaging
import MediaStorage
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Web

@testable import App

/// Behaviour that needs a real connection.
struct LiveConnectionTests {
    /// Sends text and reads until the server closes the connection.
    private func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let response = Mutex("")
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: text))
                for try await chunk in inbound { response.withLock { $0 += String(buffer: chunk) } }
            }
        } catch ChannelError.ioOnClosedChannel {
            // The server closed the connection while this client wrote or closed. What arrived before is the
            // response.
        } catch is IOError {}
        return response.withLock { $0 }
    }

    @Test func `a browser gets assets compressed and pages uncompressed`() async throws {
        try await LiveSite.serve { _, port in
            let get = { (path: String) in
                try await exchange(
                    "GET \(path) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
                    port: port)
            }
            let page = try await get("/about")
            #expect(page.hasPrefix("HTTP/1.1 200") && !page.lowercased().contains("content-encoding"))
            let name = try #require(page.firstMatch(of: /\/assets\/[0-9a-f]+\/site\.css/))
            let style = try await get(String(name.output)).lowercased()
            #expect(style.contains("content-encoding: gzip") && style.contains("vary: accept-encoding"))
        }
    }

    @Test func `a client that expects 100-continue sends its body only where it is accepted`()
        async throws
    {
        try await LiveSite.serve { _, port in
            func login(_ length: Int, _ body: String) -> String {
                """
                POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r
                Expect: 100-continue\r\nContent-Length: \(length)\r\nConnection: close\r\n\r\n\(body)
                """
            }
            let body = #"{"login": "ada", "password": "wrong"}"#
            // The route sends 100 before it reads, whether or not the whole body has already arrived.
            let accepted = try await exchange(login(body.utf8.count, body), port: port)
            #expect(accepted.contains("HTTP/1.1 401 "))
            let tooLarge = try await exchange(login(WebContext.bodyLimit + 1, ""), port: port)
            #expect(tooLarge.hasPrefix("HTTP/1.1 413 "))
            let unknown = try await exchange(
                "POST /api/no/such HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                port: port)
            #expect(unknown.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `a client gets an error for ambiguous requests and long headers`() async throws {
        try await LiveSite.serve { _, port in
            for head in ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"] {
                let response = try await exchange(head, port: port)
                #expect(response.hasPrefix("HTTP/1.1 400"))
            }
            let long = "GET /livez HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n"
            let response = try await exchange(long, port: port)
            #expect(!response.contains("200 OK"))
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `idle connections and slow bodies are closed`() async throws {
        var limits = ConnectionLimits()
        limits.idle = .seconds(2)
        limits.body = .seconds(2)
        try await LiveSite.serve(limits: limits) { _, port in
            // On a busy machine, connecting and writing may take longer than the idle limit.
            var idle = ""
            while idle.isEmpty {
                idle = try await exchange("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", port: port)
            }
            #expect(idle.hasPrefix("HTTP/1.1 200") && idle.hasSuffix("alive\n"))
            let incomplete = """
                POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r
                Content-Length: 100\r\n\r\n{
                """
            #expect(!(try await exchange(incomplete, port: port)).contains("200 OK"))
        }
    }

    /// Stores a file of the given size in the media storage and returns its path on the site.
    private func storeFile(of byteCount: Int, in test: TestCommunity) async throws -> String {
        let path = test.uploads.newPath()
        try Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 / 1000) }).write(
            to: URL(fileURLWithPath: path))
        let prefix = MediaPrefix.random()
        try await test.community.media.put([MediaFile(path: path, name: "1440.jpg")], under: prefix)
        return "/media/\(prefix)/1440.jpg"
    }

    @Test func `a file that is too large for the cache is streamed`() async throws {
        try await LiveSite.serve { test, port in
            let path = try await storeFile(of: 5_000_000, in: test)
            let (data, response) = try await URLSession.shared.data(
                from: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            #expect(data.count == 5_000_000 && data[2_500_000] == UInt8(truncatingIfNeeded: 2500))
            #expect(test.community.mediaCache.byteCount == 0)
        }
    }

    @Test func `a client that requests a file and reads nothing is disconnected`() async throws {
        var limits = ConnectionLimits()
        limits.stalledWrite = .seconds(1)
        let size = 40_000_000
        try await LiveSite.serve(limits: limits) { test, port in
            let path = try await storeFile(of: size, in: test)
            // The server may need longer on a busy machine, so the pause doubles until it is long enough.
            var (pause, received) = (Duration.seconds(2), size)
            while received >= size, pause < .seconds(600) {
                pause *= 2
                received = try await Self.bytesReceived(from: path, port: port, after: pause)
            }
            // The reset may drop what the client has not read yet.
            #expect(received < size)
        }
    }

    /// Requests a file, reads nothing during a pause, then reads to the end and returns the number of bytes.
    private static func bytesReceived(from path: String, port: Int, after pause: Duration) async throws -> Int
    {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let received = Mutex(0)
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"))
                // This sleep does not hide a race: the pause is what is tested.
                try await Task.sleep(for: pause)
                try await channel.channel.setOption(.autoRead, value: true).get()
                channel.channel.read()
                for try await chunk in inbound { received.withLock { $0 += chunk.readableBytes } }
            }
        } catch ChannelError.ioOnClosedChannel {} catch is IOError {}
        return received.withLock { $0 }
    }

    /// Returns a connection that the server has accepted: a response has arrived on it.
    private func acceptedConnection(port: Int) async throws -> any Channel {
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(FirstReadHandler(promise: promise)) }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
        try await promise.futureResult.get()
        return channel
    }

    @Test func `a client over the connection limit waits until another connection closes`() async throws {
        var limits = ConnectionLimits()
        (limits.connections, limits.reserve) = (1, 0)
        limits.idle = .seconds(600)
        try await LiveSite.serve(limits: limits) { _, port in
            let first = try await acceptedConnection(port: port)
            let isClosing = Flag()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    let response = try await exchange(
                        "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port)
                    #expect(response.hasPrefix("HTTP/1.1 200"))
                    #expect(isClosing.isSet, "the response came while the first connection was open")
                }
                group.addTask {
                    // Long enough for a response, if the server sent one too early.
                    try await Task.sleep(for: .milliseconds(500))
                    isClosing.set()
                    try await first.close().get()
                }
                try await group.waitForAll()
            }
        }
    }
}

/// A flag that is shared between tasks.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// Fulfils a promise when the first bytes arrive.
private final class FirstReadHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<Void>
    init(promise: EventLoopPromise<Void>) { self.promise = promise }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed() }
}
