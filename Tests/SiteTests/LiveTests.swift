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

/// What only a real connection shows.
struct LiveTests {
    /// Sends bytes and reads until the server closes.
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
                for try await piece in inbound { response.withLock { $0 += String(buffer: piece) } }
            }
        } catch ChannelError.ioOnClosedChannel {
            // The server hung up, while we still wrote or as we closed: what it said before is its answer.
        } catch is IOError {}
        return response.withLock { $0 }
    }

    @Test func `the site's own files are sent compressed, pages are not`() async throws {
        try await LiveSite.serve { _, port in
            let ask = { (path: String) in
                try await exchange(
                    "GET \(path) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
                    port: port)
            }
            let page = try await ask("/about")
            #expect(page.hasPrefix("HTTP/1.1 200") && !page.lowercased().contains("content-encoding"))
            let name = try #require(page.firstMatch(of: /\/assets\/[0-9a-f]+\/site\.css/))
            let style = try await ask(String(name.output)).lowercased()
            #expect(style.contains("content-encoding: gzip") && style.contains("vary: accept-encoding"))
        }
    }

    @Test func `a body that waits is asked for where it is taken, and refused unsent where it is not`()
        async throws
    {
        try await LiveSite.serve { _, port in
            func login(_ length: Int, _ body: String) -> String {
                """
                POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r
                Content-Length: \(length)\r\nConnection: close\r\n\r\n\(body)
                """
            }
            let body = #"{"login": "ada", "password": "wrong"}"#
            // The route asks before it reads, also where the whole body has come already by then or not.
            let taken = try await exchange(login(body.utf8.count, body), port: port)
            #expect(taken.contains("HTTP/1.1 401 "))
            let tooLarge = try await exchange(login(WebContext.bodyLimit + 1, ""), port: port)
            #expect(tooLarge.hasPrefix("HTTP/1.1 413 "))
            let nowhere = try await exchange(
                "POST /api/no/such HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                port: port)
            #expect(nowhere.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `ambiguous requests and long headers are refused`() async throws {
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
    func `idle connections and dripping bodies end`() async throws {
        var limits = ConnectionLimits()
        limits.idle = .seconds(2)
        limits.body = .seconds(2)
        try await LiveSite.serve(limits: limits) { _, port in
            // A machine may be too busy to connect and write in that time: then the connection ends too early.
            var idle = ""
            while idle.isEmpty {
                idle = try await exchange("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", port: port)
            }
            #expect(idle.hasPrefix("HTTP/1.1 200") && idle.hasSuffix("alive\n"))
            let dripping =
                "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            #expect(!(try await exchange(dripping, port: port)).contains("200 OK"))
        }
    }

    /// A photo file of that many bytes, kept where photos are; its path on the site.
    private func keepFile(of byteCount: Int, in test: TestCommunity) async throws -> String {
        let path = test.uploads.newPath()
        try Data((0..<byteCount).map { UInt8(truncatingIfNeeded: $0 / 1000) }).write(
            to: URL(fileURLWithPath: path))
        let prefix = MediaPrefix.random()
        try await test.community.media.put([MediaFile(path: path, name: "1440.jpg")], under: prefix)
        return "/media/\(prefix)/1440.jpg"
    }

    @Test func `a file too large for memory is streamed whole`() async throws {
        try await LiveSite.serve { test, port in
            let path = try await keepFile(of: 5_000_000, in: test)
            let (data, response) = try await URLSession.shared.data(
                from: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            #expect(data.count == 5_000_000 && data[2_500_000] == UInt8(truncatingIfNeeded: 2500))
            #expect(test.community.mediaCache.byteCount == 0)
        }
    }

    @Test func `who asks for a file and takes nothing of it is cut off`() async throws {
        var limits = ConnectionLimits()
        limits.stalledWrite = .seconds(1)
        let size = 40_000_000
        try await LiveSite.serve(limits: limits) { test, port in
            let path = try await keepFile(of: size, in: test)
            // However long the server needs to notice: a longer silence each time, until one is long enough.
            var (silence, taken) = (Duration.seconds(2), size)
            while taken >= size, silence < .seconds(600) {
                silence *= 2
                taken = try await Self.stall(on: path, port: port, for: silence)
            }
            #expect(taken > 0 && taken < size)
        }
    }

    /// Asks for a file, reads nothing for a while, then what there is; how many bytes there were.
    private static func stall(on path: String, port: Int, for time: Duration) async throws -> Int {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let taken = Mutex(0)
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n"))
                // Not to hide a race: the silence is what is tested.
                try await Task.sleep(for: time)
                try await channel.channel.setOption(.autoRead, value: true).get()
                channel.channel.read()
                for try await piece in inbound { taken.withLock { $0 += piece.readableBytes } }
            }
        } catch ChannelError.ioOnClosedChannel {} catch is IOError {}
        return taken.withLock { $0 }
    }

    /// A connection that the server has accepted, as an answer on it shows.
    private func answered(port: Int) async throws -> any Channel {
        let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(FirstBytes(promise: promise)) }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
        try await promise.futureResult.get()
        return channel
    }

    @Test func `over the cap, a connection waits until another ends`() async throws {
        var limits = ConnectionLimits()
        (limits.connections, limits.reserve) = (1, 0)
        limits.idle = .seconds(600)
        try await LiveSite.serve(limits: limits) { _, port in
            let first = try await answered(port: port)
            let hasEnded = Flag()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    let response = try await exchange(
                        "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port)
                    #expect(response.hasPrefix("HTTP/1.1 200"))
                    #expect(hasEnded.isSet, "it was answered beside the first")
                }
                group.addTask {
                    // Long enough for an answer, were one given.
                    try await Task.sleep(for: .milliseconds(500))
                    hasEnded.set()
                    try await first.close().get()
                }
                try await group.waitForAll()
            }
        }
    }
}

/// Something that happened, for another task to see.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// Tells when something comes.
private final class FirstBytes: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<Void>
    init(promise: EventLoopPromise<Void>) { self.promise = promise }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed() }
}
