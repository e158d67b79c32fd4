import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Rejects ambiguous requests, which a proxy and this server could interpret differently (RFC 9112 §3.2,
/// §6.1): a missing, repeated or malformed `Host`; a target with another host; a `Transfer-Encoding` other
/// than `chunked`, in HTTP/1.0, or together with `Content-Length`. Load balancers send health checks in
/// HTTP/1.0 without a `Host`, which these need not have.
final class RequestValidator: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let headers: StandardHeaders
    /// Whether a request was rejected. Everything that arrives afterwards is dropped.
    private var hasRejected = false

    init(headers: StandardHeaders) { self.headers = headers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRejected else { return }
        guard case .head(let head) = unwrapInboundIn(data), !Self.isUnambiguous(head) else {
            return context.fireChannelRead(data)
        }
        hasRejected = true
        var response = HTTPResponseHead(
            version: .http1_1, status: .badRequest, headers: ["content-length": "0", "connection": "close"])
        headers.add(to: &response.headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    static func isUnambiguous(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers[canonicalForm: "host"]
        guard hosts.count == 1 && isHost(hosts[0]) || hosts.isEmpty && isHealthCheckWithoutHost(head)
        else { return false }
        // Paths, queries and cookies are compared as text.
        guard CharacterRuns.areBounded(inEncoded: head.uri),
            head.headers.allSatisfy({ CharacterRuns.areBounded(in: $0.value) })
        else { return false }
        let encodings = head.headers[canonicalForm: "transfer-encoding"]
        if head.headers.contains(name: "transfer-encoding") {
            // Only `chunked` is allowed, and no length with it (RFC 9112 §6.1, §6.3).
            guard head.version.minor > 0, encodings.count == 1, encodings.first?.lowercased() == "chunked",
                !head.headers.contains(name: "content-length")
            else { return false }
        }
        guard let scheme = head.uri.firstRange(of: "://"), !head.uri.hasPrefix("/") else {
            return head.uri.hasPrefix("/") || head.uri == "*"
        }
        let authority = head.uri[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return authority.lowercased() == hosts.first?.lowercased()
    }

    /// Whether a request may have no `Host`: a health check in HTTP/1.0.
    private static func isHealthCheckWithoutHost(_ head: HTTPRequestHead) -> Bool {
        guard head.version == .http1_0, [.GET, .HEAD, .OPTIONS].contains(head.method) else { return false }
        let path = (PathNormalization.normalized(head.uri) ?? head.uri).utf8
            .prefix { $0 != UInt8(ascii: "?") }
        // The router ignores empty segments too.
        let segments = path.split(separator: UInt8(ascii: "/"))
        return segments.count == 1 && Health.names.contains { segments[0].elementsEqual($0.utf8) }
    }

    /// Whether `text` is a host name or an IP address, with or without a port (RFC 9110 §7.2). Such a text
    /// is safe to use in links and comparisons.
    static func isHost(_ text: some StringProtocol) -> Bool {
        func isHostCharacter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let text = Substring(text)
        let host: Substring
        let port: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 == UInt8(ascii: ":") || isHostCharacter($0) })
            else { return false }
        } else {
            host = text.prefix { $0 != ":" }
            port = text[host.endIndex...]
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(isHostCharacter) else {
                return false
            }
        }
        return port.isEmpty
            || port.first == ":"
                && (port.count == 1
                    || UInt16(port.dropFirst()) != nil && port.utf8.allSatisfy { $0 != UInt8(ascii: "+") })
    }
}

/// Closes connections whose request body arrives too slowly. A body has some seconds, and more time only
/// while it arrives at the minimum rate.
final class SlowBodyGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    private let limits: ConnectionLimits
    private var start = NIODeadline.distantPast
    private var byteCount = 0
    private var timeoutCheck: Scheduled<Void>?

    init(limits: ConnectionLimits) { self.limits = limits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            start = context.eventLoop.now
            byteCount = 0
            schedule(context)
        case .body(let chunk): byteCount += chunk.readableBytes
        case .end: timeoutCheck?.cancel()
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) { timeoutCheck?.cancel() }
    func channelInactive(context: ChannelHandlerContext) {
        timeoutCheck?.cancel()
        context.fireChannelInactive()
    }

    /// How long the body may take, given the bytes received so far.
    private var allowedTime: TimeAmount {
        min(limits.maxBodyTime, limits.body + .seconds(Int64(byteCount / limits.bytesPerSecond)))
    }

    /// Schedules a check for the time that is allowed so far.
    private func schedule(_ context: ChannelHandlerContext) {
        let deadline = start + allowedTime
        timeoutCheck = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            if context.eventLoop.now >= start + allowedTime {
                context.close(promise: nil)
            } else {
                schedule(context)
            }
        }
    }
}

/// Closes connections whose client reads nothing of a response for too long. `IdleStateHandler` detects that.
final class StalledReaderGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case IdleStateHandler.IdleStateEvent.write = event {
            guard !context.channel.isWritable else { return }
            // Without a reset, the kernel would hold the unsent bytes for minutes after the connection is
            // closed.
            let options = context.channel as? any SocketOptionProvider
            _ = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
