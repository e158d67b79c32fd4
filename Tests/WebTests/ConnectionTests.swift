import Core
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Web

/// What stands between a connection and the router.
struct ConnectionTests {
    private func promised() throws -> StandardHeaders {
        StandardHeaders(site: try #require(Site(baseURL: "http://a.example")))
    }

    // MARK: - One request at a time

    private func channel(limits: ConnectionLimits = .init()) throws -> EmbeddedChannel {
        let connections = OpenConnections(limits: limits, proxies: .none)
        if limits.connections == 0 { _ = connections.admit(EmbeddedChannel()) }
        let channel = EmbeddedChannel(
            handler: SequentialRequests(headers: try promised(), connections: connections))
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

    /// The paths of the requests that were passed on since it was last asked.
    private func passed(_ channel: EmbeddedChannel) throws -> [String] {
        var paths: [String] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { paths.append(head.uri) }
        }
        return paths
    }

    private func answer(on channel: EmbeddedChannel, headers: HTTPHeaders = [:]) throws -> HTTPResponseHead? {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        try channel.writeOutbound(HTTPServerResponsePart.head(head))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var sent: HTTPResponseHead?
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            if case .head(let head) = part { sent = head }
        }
        return sent
    }

    @Test func `a request waits until the answer to the one before has left`() throws {
        let channel = try channel()
        for path in ["/1", "/2", "/3"] { try send(path, on: channel) }
        #expect(try passed(channel) == ["/1"])
        _ = try answer(on: channel)
        #expect(try passed(channel) == ["/2"])
        try send("/4", on: channel)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        for path in ["/3", "/4"] {
            _ = try answer(on: channel)
            #expect(try passed(channel) == [path])
        }
        let last = try answer(on: channel)
        #expect(last?.headers.contains(name: "content-security-policy") == true)
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test
    func `of many requests sent before an answer the first nine are answered, and the last of them closes`()
        throws
    {
        let channel = try channel()
        for number in 0...12 { try send("/\(number)", on: channel) }
        for number in 0...8 {
            #expect(try passed(channel) == ["/\(number)"])
            #expect(try answer(on: channel)?.headers["connection"] == (number == 8 ? ["close"] : []))
        }
        #expect(try passed(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `an answer that closes the connection is the last`() throws {
        let channel = try channel()
        for path in ["/1", "/2"] { try send(path, on: channel) }
        _ = try passed(channel)
        #expect(try answer(on: channel, headers: ["connection": "close"])?.version == .http1_1)
        #expect(try passed(channel) == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `a client that wants the connection closed gets it closed, however it writes that`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: ["Host": "a", "Connection": "Close"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try answer(on: channel)?.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `an answer before the body's end closes the connection`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a", "Content-Length": "9"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        #expect(try answer(on: channel)?.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `small chunks of a body are passed on as one piece`() throws {
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
            if case .body(let piece) = part { sizes.append(piece.readableBytes) }
        }
        #expect(sizes == [1000, 1])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `an answer to HEAD has no body, and a request for another protocol is the last`() throws {
        let channel = try channel()
        let head = HTTPRequestHead(
            version: .http1_1, method: .HEAD, uri: "/",
            headers: ["Host": "a", "Connection": "Upgrade", "Upgrade": "h2c"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        let answer = HTTPResponseHead(version: .http1_1, status: .notFound, headers: ["content-length": "3"])
        try channel.writeOutbound(HTTPServerResponsePart.head(answer))
        try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "abc"))))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        var parts: [HTTPServerResponsePart] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) { parts.append(part) }
        #expect(parts.count == 2)
        guard case .head(let sent) = parts.first else { return }
        #expect(sent.headers["connection"] == ["close"] && sent.headers["content-length"] == ["3"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `HTTP 1.0 is answered in kind, and its connection closes`() throws {
        let channel = try channel()
        try send("/", on: channel, version: .http1_0)
        let head = try #require(try answer(on: channel))
        #expect(head.version == .http1_0 && head.headers["connection"] == ["close"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func `while the house is full no connection is kept`() throws {
        var limits = ConnectionLimits()
        (limits.connections, limits.reserve) = (0, 0)
        let channel = try channel(limits: limits)
        try send("/", on: channel)
        #expect(try answer(on: channel)?.headers["connection"] == ["close"])
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `a client that holds its body back is asked for it once, when somebody wants it`() throws {
        func answers(_ headers: HTTPHeaders, asking: Int, body: String? = nil) throws -> [HTTPResponseHead] {
            let channel = try channel()
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
            head.headers.add(contentsOf: headers)
            try channel.writeInbound(HTTPServerRequestPart.head(head))
            if let body { try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: body))) }
            for _ in 0..<asking { channel.triggerUserOutboundEvent(BodyWanted(), promise: nil) }
            try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
            channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
            var heads: [HTTPResponseHead] = []
            while case .head(let head) = try channel.readOutbound(as: HTTPServerResponsePart.self) {
                heads.append(head)
            }
            _ = try channel.finish(acceptAlreadyClosed: true)
            return heads
        }
        let waiting: HTTPHeaders = ["Content-Length": "9", "Expect": "100-Continue"]
        let asked = try answers(waiting, asking: 2)
        #expect(asked.map(\.status) == [.continue, .ok] && asked[0].headers.isEmpty)
        #expect(try answers(waiting, asking: 0).map(\.status) == [.ok])
        #expect(try answers(waiting, asking: 1, body: "abc").map(\.status) == [.ok])
        #expect(try answers(["Content-Length": "9"], asking: 1).map(\.status) == [.ok])
    }

    // MARK: - How many

    @Test func `a client has so many connections, and a trusted proxy as many as come`() throws {
        var limits = ConnectionLimits()
        (limits.connectionsOfOneClient, limits.connections, limits.reserve) = (2, 8, 2)
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
        #expect(!connections.isCrowded)
        for _ in 0..<3 { #expect(try open(from: "192.0.2.9").isAdmitted) }
        #expect(connections.isCrowded)
        // Both have to close: a refused one takes none of the client's, and is open all the same.
        for channel in [first.channel, third.channel] {
            try channel.close().wait()
            channel.embeddedEventLoop.run()
        }
        #expect(!connections.isCrowded)
        #expect(try open(from: "2001:db8::4").isAdmitted)
    }

    @Test func `what is counted is given back when nobody holds it`() throws {
        let tally = Tally(atMost: 2)
        var first = tally.take("ada")
        let second = tally.take("ada")
        #expect(tally.take("ada") == nil && tally.take("grace") != nil)
        #expect(tally.count("ada") == 2 && tally.count("grace") == 0)
        first = nil
        #expect(first == nil && tally.count("ada") == 1)
        withExtendedLifetime(second) {}
    }

    @Test func `a host is a name or an address`() {
        for host in [
            "a", "a.example", "A-1.example:8080", "127.0.0.1:80", "[::1]", "[2001:db8::1]:443", "a_b", "a:",
        ] {
            #expect(RequestValidator.isHost(host[...]), "\(host)")
        }
        for text in [
            "", "a b", "a/b", "a@b", "a:99999", "a:b", "a\"b", "[::1", "[]", "[x y]", "a,b", "ä", "::1",
            ":80",
        ] {
            #expect(!RequestValidator.isHost(text[...]), "\(text)")
        }
    }

    // MARK: - Clear and steady

    @Test func `requests that two servers could read differently are refused`() throws {
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
        for clear in [
            head("/", ["a"]), head("/x?y=http://b", ["a"]), head("http://A/x", ["a"]),
            head("/", ["a"], chunked: true),
            head("*", ["a"]),
        ] {
            #expect(RequestValidator.isClear(clear))
        }
        for doubtful in [
            head("/", []), head("/", ["a", "a"]), head("/", [""]), head("http://b/x", ["a"]),
            head("x", ["a"]),
            head("/", ["a"], version: .http1_0, chunked: true), head("http://a,b/x", ["a"]),
            head("http://a@b/", ["a"]),
            encoded("identity"), encoded("gzip, chunked"), encoded(""), encoded("chunked", length: "5"),
        ] { #expect(!RequestValidator.isClear(doubtful)) }
        let channel = EmbeddedChannel(handler: RequestValidator(headers: try promised()))
        #expect(throws: Never.self) { try channel.writeInbound(HTTPServerRequestPart.head(head("/", []))) }
        #expect(throws: Never.self) { try channel.writeInbound(HTTPServerRequestPart.end(nil)) }
        #expect(throws: Never.self) {
            let part = try #require(try channel.readOutbound(as: HTTPServerResponsePart.self))
            guard case .head(let answer) = part else { throw HTTPError(.badRequest) }
            #expect(answer.status == .badRequest)
            #expect(answer.headers.contains(name: "content-security-policy"))
            #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        }
        #expect(!channel.isActive)
    }

    @Test func `a body that drips is cut off, one that comes on is not`() throws {
        for isDripping in [true, false] {
            let channel = EmbeddedChannel(handler: SlowBodyGuard(limits: ConnectionLimits()))
            try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
            try channel.writeInbound(HTTPServerRequestPart.head(head))
            for _ in 0..<40 where channel.isActive {
                try channel.writeInbound(
                    HTTPServerRequestPart.body(ByteBuffer(repeating: 1, count: isDripping ? 10 : 40_000)))
                channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            }
            #expect(channel.isActive == !isDripping)
            if channel.isActive {
                try channel.writeInbound(HTTPServerRequestPart.end(nil))
                channel.embeddedEventLoop.advanceTime(by: .seconds(600))
                #expect(channel.isActive)
            }
            _ = try channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test func `a fast beginning of a body buys no slow end`() throws {
        let channel = EmbeddedChannel(handler: SlowBodyGuard(limits: ConnectionLimits()))
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Host": "a"])
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        // What would be allowed hours at the slowest rate.
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
