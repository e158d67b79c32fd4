import NIOCore
import NIOHTTP1
import NIOPosix

/// Refuses requests that two servers in a row could read differently (RFC 9112 §3.2, §6.1): without `Host`, with two or
/// with one that is no host, with a target that names another host, with a `Transfer-Encoding` that is more than chunks, in
/// HTTP/1.0, or beside a length.
final class RequestValidator: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let headers: StandardHeaders
    /// After a refusal whatever else arrives is dropped.
    private var isRefusing = false

    init(headers: StandardHeaders) { self.headers = headers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefusing else { return }
        guard case .head(let head) = unwrapInboundIn(data), !Self.isClear(head) else {
            return context.fireChannelRead(data)
        }
        isRefusing = true
        var response = HTTPResponseHead(
            version: .http1_1, status: .badRequest, headers: ["content-length": "0", "connection": "close"])
        headers.add(to: &response.headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    static func isClear(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers[canonicalForm: "host"]
        guard hosts.count == 1, let host = hosts.first, isHost(host) else { return false }
        let encodings = head.headers[canonicalForm: "transfer-encoding"]
        if head.headers.contains(name: "transfer-encoding") {
            // Chunks and nothing else, and no length beside them (RFC 9112 §6.1, §6.3).
            guard head.version.minor > 0, encodings.count == 1, encodings.first?.lowercased() == "chunked",
                !head.headers.contains(name: "content-length")
            else { return false }
        }
        guard let scheme = head.uri.firstRange(of: "://"), !head.uri.hasPrefix("/") else {
            return head.uri.hasPrefix("/") || head.uri == "*"
        }
        let authority = head.uri[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return authority.lowercased() == host.lowercased()
    }

    /// Whether `text` is a name or an address, with a port or without (RFC 9110 §7.2): nothing that could be read as
    /// more than that where it is written into a link or a comparison.
    static func isHost(_ text: Substring) -> Bool {
        func isHostLetter(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let host: Substring
        let port: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 == UInt8(ascii: ":") || isHostLetter($0) }) else {
                return false
            }
        } else {
            host = text.prefix { $0 != ":" }
            port = text[host.endIndex...]
            guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(isHostLetter) else {
                return false
            }
        }
        return port.isEmpty || port.first == ":" && (port.count == 1 || UInt16(port.dropFirst()) != nil)
    }
}

/// Closes connections whose body drips: it has some seconds, and more only while it comes at a fair rate.
final class SlowBodyGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    private let limits: ConnectionLimits
    private var start = NIODeadline.distantPast
    private var byteCount = 0
    private var check: Scheduled<Void>?

    init(limits: ConnectionLimits) { self.limits = limits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            start = context.eventLoop.now
            byteCount = 0
            schedule(context)
        case .body(let piece): byteCount += piece.readableBytes
        case .end: check?.cancel()
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }
    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        context.fireChannelInactive()
    }

    /// How long the body may take in all, by the bytes so far.
    private var allowed: TimeAmount {
        min(limits.wholeBody, limits.body + .seconds(Int64(byteCount / limits.bytesPerSecond)))
    }

    /// Looks again when the bytes so far would have run out.
    private func schedule(_ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: start + allowed) { [self] in
            if context.eventLoop.now >= start + allowed {
                context.close(promise: nil)
            } else {
                schedule(context)
            }
        }
    }
}

/// Closes connections whose client takes nothing of an answer for too long; `IdleStateHandler` tells when.
final class StalledReaderGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case IdleStateHandler.IdleStateEvent.write = event {
            if !context.channel.isWritable { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
