import Core
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Web

/// Tests of the handlers between a connection and the router.
struct ConnectionTests {
    private func standardHeaders() throws -> StandardHeaders {
        StandardHeaders(site: try #require(Site(baseURL: "http://a.example")))
    }

    // MARK: - One request at a time

    private func channel(limits: ConnectionLimits = .init()) throws -> EmbeddedChannel {
        let connections = OpenConnections(limits: limits, proxies: .none)
        if limits.connections == 0 { _ = connections.admit(EmbeddedChannel()) }
        let channel = EmbeddedChannel(
            handler: SequentialRequests(headers: try standardHeaders(), connections: connections))
        try channel.connect(to: .init(ipAddress: "192.0.2.1", port: 1)).wait()
        return channel
    }

    private func send(_ path: String, on channel: EmbeddedChannel, version: NIOHTTP1.HTTPVersion = .http1_1)
        throws
    {
        let head = HTTPRequestHead(version: version, method: .GET, uri: path, headers: ["Host": "a"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
    }

    /// Returns the paths of the requests that were forwarded since the last call.
    private func forwardedPaths(_ channel: EmbeddedChannel) throws -> [String] {
        var paths: [String] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { paths.append(head.uri) }
        }
        return paths
    }

    /// Sends a response, and returns the head that was written to the connection.
    private func respond(on channel: EmbeddedChannel, headers: HTTPHeaders = [:]) throws -> HTTPResponseHead?
    {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        try channel.writeOutbound(HTTPServerResponsePart.head(head))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var sent: HTTPResponseHead?
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            if case .head(let head) = part { sent = head }
        }
        return sent
    }

    @Test func `a request waits until the previous response is sent`() throws {
        let channel = try channel()
        for path in ["/1", "/2", "/3"] { try send(path, on: channel) }
        #expect(try forwardedPaths(channel) == ["/1"])
        _ = try respond(on: channel)
        #expect(try forwardedPaths(channel) == ["/2"])
        try send("/4", on: channel)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        for path in ["/3", "/4"] {
            _ = try respond(on: channel)
            #expect(try forwardedPaths(channel) == [path])
        }
        let last = try respond(on: channel)
        #expect(last?.headers.contains(name: "content-security-policy") == true)
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `the connection closes after nine responses to many pipelined requests`() throws {
        let channel = try channel()
        for number in 0...12 { try send("/\(number)", on: channel) }
        for number in 0...8 {
            #expect(try forwardedPaths(channel) == ["/\(number)"])
            #expect(try respond(on: channel)?.headers["connection"] == (number == 8 ? ["close"] : []))
        }
        #expect(try forwardedPaths(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `no response follows one that closes the connection`() throws {
        let channel = try channel()
        for path in ["/1", "/2"] { try send(path, on: channel) }
        _ = try forwardedPaths(channel)
        #expect(try respond(on: channel, headers: ["connection": "close"])?.version == .http1_1)
        #expect(try forwardedPaths(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `a request with “Connection” set to “Close”, in any letter case, closes the connection`()
        throws
    {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: ["Host": "a", "Connection": "Close"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try respond(on: channel)?.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `a response before the end of the body closes the connection`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a", "Content-Length": "9"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        #expect(try respond(on: channel)?.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `small chunks of a body are joined`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
        channel.pipeline.fireChannelRead(HTTPServerRequestPart.head(head))
        for _ in 0..<1000 {
            channel.pipeline.fireChannelRead(HTTPServerRequestPart.body(ByteBuffer(string: "a")))
        }
        channel.pipeline.fireChannelReadComplete()
        channel.pipeline.fireChannelRead(HTTPServerRequestPart.body(ByteBuffer(string: "b")))
        channel.pipeline.fireChannelRead(HTTPServerRequestPart.end(nil))
        var sizes: [Int] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .body(let chunk) = part { sizes.append(chunk.readableBytes) }
        }
        #expect(sizes == [1000, 1])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `a response to HEAD has no body, and an upgrade request closes the connection`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .HEAD, uri: "/",
            headers: ["Host": "a", "Connection": "Upgrade", "Upgrade": "h2c"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        let response = HTTPResponseHead(
            version: .http1_1, status: .notFound, headers: ["content-length": "3"])
        try channel.writeOutbound(HTTPServerResponsePart.head(response))
        try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "abc"))))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var parts: [HTTPServerResponsePart] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) { parts.append(part) }
        #expect(parts.count == 2)
        guard case .head(let sent) = parts.first else { return }
        #expect(sent.headers["connection"] == ["close"] && sent.headers["content-length"] == ["3"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `an HTTP 1.0 request gets an HTTP 1.0 response and closes the connection`() throws {
        let channel = try channel()
        try send("/", on: channel, version: .http1_0)
        let head = try #require(try respond(on: channel))
        #expect(head.version == .http1_0 && head.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `near capacity, every response closes its connection`() throws {
        var limits = ConnectionLimits()
        (limits.connections, limits.reserve) = (0, 0)
        let channel = try channel(limits: limits)
        try send("/", on: channel)
        #expect(try respond(on: channel)?.headers["connection"] == ["close"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `a client that waits for 100 Continue gets it once, when the body is read`() throws {
        func responses(
            _ headers: HTTPHeaders, bodyRequests: Int, body: String? = nil
        ) throws -> [HTTPResponseHead] {
            let channel = try channel()
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
            head.headers.add(contentsOf: headers)
            try channel.writeInbound(HTTPServerRequestPart.head(head))
            if let body { try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: body))) }
            for _ in 0..<bodyRequests { channel.triggerUserOutboundEvent(BodyRequested(), promise: nil) }
            try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
            channel.triggerUserOutboundEvent(BodyRequested(), promise: nil)
            var heads: [HTTPResponseHead] = []
            while case .head(let head) = try channel.readOutbound(as: HTTPServerResponsePart.self) {
                heads.append(head)
            }
            _ = try channel.finish(acceptAlreadyClosed: true)
            return heads
        }
        let waiting: HTTPHeaders = ["Content-Length": "9", "Expect": "100-Continue"]
        let heads = try responses(waiting, bodyRequests: 2)
        #expect(heads.map(\.status) == [.continue, .ok] && heads[0].headers.isEmpty)
        #expect(try responses(waiting, bodyRequests: 0).map(\.status) == [.ok])
        #expect(try responses(waiting, bodyRequests: 1, body: "abc").map(\.status) == [.ok])
        #expect(try responses(["Content-Length": "9"], bodyRequests: 1).map(\.status) == [.ok])
    }

    // MARK: - Number of connections

    @Test func `connections are limited for each client, but not for a trusted proxy`() throws {
        var limits = ConnectionLimits()
        (limits.connectionsPerClient, limits.connections, limits.reserve) = (2, 8, 2)
        let proxies = try #require(TrustedProxies("192.0.2.9"))
        let connections = OpenConnections(limits: limits, proxies: proxies)
        func open(from address: String) throws -> (isAdmitted: Bool, channel: EmbeddedChannel) {
            let channel = EmbeddedChannel()
            try channel.connect(to: .init(ipAddress: address, port: 1)).wait()
            channel.remoteAddress = try .init(ipAddress: address, port: 1)
            return (connections.admit(channel), channel)
        }
        let first = try open(from: "2001:db8::1")
        #expect(try first.isAdmitted && open(from: "2001:db8::2").isAdmitted)
        let third = try open(from: "2001:db8::3")
        #expect(try !third.isAdmitted && open(from: "2001:db8:0:1::1").isAdmitted)
        #expect(!connections.isNearCapacity)
        for _ in 0..<3 { #expect(try open(from: "192.0.2.9").isAdmitted) }
        #expect(connections.isNearCapacity)
        // Both must close: a rejected connection does not count for the client, but is open until it closes.
        for channel in [first.channel, third.channel] {
            try channel.close().wait()
            channel.embeddedEventLoop.run()
        }
        #expect(!connections.isNearCapacity)
        #expect(try open(from: "2001:db8::4").isAdmitted)
    }

    @Test func `a slot is released with its last reference`() throws {
        let limiter = ConcurrencyLimiter(limit: 2)
        var first = limiter.acquire("ada")
        let second = limiter.acquire("ada")
        #expect(limiter.acquire("ada") == nil && limiter.acquire("grace") != nil)
        #expect(limiter.count("ada") == 2 && limiter.count("grace") == 0)
        first = nil
        #expect(first == nil && limiter.count("ada") == 1)
        withExtendedLifetime(second) {}
    }

    @Test func `a host is a name or an IP address`() {
        for host in [
            "a", "a.example", "A-1.example:8080", "127.0.0.1:80", "[::1]", "[2001:db8::1]:443", "a_b", "a:",
        ] {
            #expect(RequestValidator.isHost(host[...]), "\(host)")
        }
        for text in [
            "", "a b", "a/b", "a@b", "a:99999", "a:b", #"a"b"#, "[::1", "[]", "[x y]", "a,b", "ä", "::1",
            ":80",
        ] {
            #expect(!RequestValidator.isHost(text[...]), "\(text)")
        }
    }

    // MARK: - Ambiguous and slow requests

    @Test func `ambiguous requests are rejected`() throws {
        func head(
            _ uri: String, _ hosts: [String], version: NIOHTTP1.HTTPVersion = .http1_1, chunked: Bool = false
        )
            -> HTTPRequestHead
        {
            var headers = HTTPHeaders(hosts.map { ("Host", $0) })
            if chunked { headers.add(name: "Transfer-Encoding", value: "chunked") }
            return HTTPRequestHead(version: version, method: .GET, uri: uri, headers: headers)
        }
        func encoded(_ encoding: String, length: String? = nil) -> HTTPRequestHead {
            var head = head("/", ["a"])
            head.headers.add(name: "Transfer-Encoding", value: encoding)
            if let length { head.headers.add(name: "Content-Length", value: length) }
            return head
        }
        for request in [
            head("/", ["a"]), head("/x?y=http://b", ["a"]), head("http://A/x", ["a"]),
            head("/", ["a"], chunked: true), head("*", ["a"]),
        ] {
            #expect(RequestValidator.isUnambiguous(request))
        }
        for request in [
            head("/", []), head("/", ["a", "a"]), head("/", [""]), head("http://b/x", ["a"]),
            head("x", ["a"]), head("/", ["a"], version: .http1_0, chunked: true),
            head("http://a,b/x", ["a"]), head("http://a@b/", ["a"]),
            encoded("identity"), encoded("gzip, chunked"), encoded(""), encoded("chunked", length: "5"),
        ] {
            #expect(!RequestValidator.isUnambiguous(request))
        }
        let channel = EmbeddedChannel(handler: RequestValidator(headers: try standardHeaders()))
        #expect(throws: Never.self) { try channel.writeInbound(HTTPServerRequestPart.head(head("/", []))) }
        #expect(throws: Never.self) { try channel.writeInbound(HTTPServerRequestPart.end(nil)) }
        #expect(throws: Never.self) {
            let part = try #require(try channel.readOutbound(as: HTTPServerResponsePart.self))
            guard case .head(let response) = part else { throw HTTPError(.badRequest) }
            #expect(response.status == .badRequest)
            #expect(response.headers.contains(name: "content-security-policy"))
            #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        }
        #expect(!channel.isActive)
    }

    @Test func `a slow body closes the connection, and a steady one does not`() throws {
        for isSlow in [true, false] {
            let channel = EmbeddedChannel(handler: SlowBodyGuard(limits: ConnectionLimits()))
            try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
            try channel.writeInbound(HTTPServerRequestPart.head(head))
            for _ in 0..<40 where channel.isActive {
                try channel.writeInbound(
                    HTTPServerRequestPart.body(ByteBuffer(repeating: 1, count: isSlow ? 10 : 40_000)))
                channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            }
            #expect(channel.isActive == !isSlow)
            if channel.isActive {
                try channel.writeInbound(HTTPServerRequestPart.end(nil))
                channel.embeddedEventLoop.advanceTime(by: .seconds(600))
                #expect(channel.isActive)
            }
            _ = try channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test func `a body that starts fast must still end in time`() throws {
        let channel = EmbeddedChannel(handler: SlowBodyGuard(limits: ConnectionLimits()))
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        // At the minimum rate, this many bytes would be allowed to take hours.
        for _ in 0..<200 {
            try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 1, count: 1_000_000)))
        }
        channel.embeddedEventLoop.advanceTime(by: .minutes(14))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
