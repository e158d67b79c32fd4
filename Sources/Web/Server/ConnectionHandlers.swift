import NIOCore
import NIOHTTP1
import NIOPosix

/// Refuses requests that two servers in a row could read differently (RFC 9112 §3.2, §6.1): without `Host` or with two,
/// with a target that names another host, with `Transfer-Encoding` in HTTP/1.0.
final class UnambiguousRequests: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    /// After a refusal whatever else arrives is dropped.
    private var isRefusing = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefusing else { return }
        guard case .head(let head) = unwrapInboundIn(data), !Self.isClear(head) else {
            return context.fireChannelRead(data)
        }
        isRefusing = true
        let response = HTTPResponseHead(
            version: .http1_1, status: .badRequest, headers: ["content-length": "0", "connection": "close"])
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    static func isClear(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers[canonicalForm: "host"]
        guard hosts.count == 1, let host = hosts.first, !host.isEmpty else { return false }
        if head.version.major == 1, head.version.minor == 0, head.headers.contains(name: "transfer-encoding") { return false }
        guard let scheme = head.uri.firstRange(of: "://"), !head.uri.hasPrefix("/") else {
            return head.uri.hasPrefix("/") || head.uri == "*"
        }
        let authority = head.uri[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return authority.lowercased() == host.lowercased()
    }
}

/// Closes connections whose body drips: it has some seconds, and more only while it comes at a fair rate.
final class SlowBodies: ChannelInboundHandler, RemovableChannelHandler {
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

    /// Looks again when the bytes so far would have run out.
    private func schedule(_ context: ChannelHandlerContext) {
        let allowed = limits.body + .seconds(Int64(byteCount / limits.bytesPerSecond))
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: start + allowed) { [self] in
            let allowed = limits.body + .seconds(Int64(byteCount / limits.bytesPerSecond))
            if context.eventLoop.now >= start + allowed { context.close(promise: nil) } else { schedule(context) }
        }
    }
}

/// Closes connections whose client takes nothing of an answer for too long; `IdleStateHandler` tells when.
final class StalledReaders: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case IdleStateHandler.IdleStateEvent.write = event {
            if !context.channel.isWritable { context.close(promise: nil) }
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
