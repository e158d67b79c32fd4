import NIOCore
import NIOHTTP1

/// Handles the requests of a connection one at a time (RFC 9112 §9.3): it forwards the next request after
/// the previous response was sent, and reads nothing in between. A client that sends many requests and reads
/// no response therefore uses the memory of one.
///
/// It also implements the connection rules of HTTP/1: a response to HTTP/1.0 is not chunked and closes the
/// connection, a client that waits for `100 Continue` gets it, and `Connection: close` closes the connection.
final class SequentialRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The maximum number of queued requests. Browsers send no second request before the first response; more
    /// than a few are an attack.
    private static let maxQueuedRequests = 8
    /// Small chunks of a body are joined up to this size. Joining larger ones would need memory for copies.
    private static let maxJoinedBytes = 16 * 1024
    /// How long the connection stays open for input after the last response. Without this time, a reset could
    /// prevent the client from reading the response.
    private static let lingerTime = TimeAmount.seconds(5)

    private let headers: StandardHeaders
    private let connections: OpenConnections
    /// Whether a request is in progress: from its head until its response was sent.
    private var isResponding = false
    private var request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    /// Whether the request was received completely.
    private var isRequestComplete = false
    /// The part of the body that was not forwarded yet. It joins small chunks.
    private var body: ByteBuffer?
    /// Whether the connection closes after the current response.
    private var closesAfterResponse = false
    private var isClosing = false
    private var queue = CircularBuffer<HTTPServerRequestPart>()
    private var queuedRequests = 0
    /// Whether more requests arrived than the queue may hold. The rest is dropped, and the connection
    /// closes after the last request in the queue.
    private var isQueueFull = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    private var awaitsContinue = false
    private var isReadPending = false
    private var isInputClosed = false

    init(headers: StandardHeaders, connections: OpenConnections) {
        self.headers = headers
        self.connections = connections
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, !isQueueFull else { return }
        let part = unwrapInboundIn(data)
        guard isResponding, part.isHead || !queue.isEmpty else { return forward(part, context) }
        if part.isHead {
            guard queuedRequests < Self.maxQueuedRequests else {
                isQueueFull = true
                return
            }
            queuedRequests += 1
        }
        queue.append(part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // What still arrives after the last response is read and dropped.
        if isClosing { context.read() }
        forwardBody(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if queue.isEmpty { context.read() } else { isReadPending = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The end of the input must be forwarded after the queued requests.
        if !queue.isEmpty, case ChannelEvent.inputClosed = event {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is BodyRequested else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        guard awaitsContinue else { return }
        awaitsContinue = false
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if request.version.minor == 0 { head.version = .http1_0 }
            // Near capacity no connection stays open after its response. A body that the route did not read
            // is not received to its end.
            let hasCloseHeader = head.headers[canonicalForm: "connection"].contains {
                $0.lowercased() == "close"
            }
            awaitsContinue = false
            if hasCloseHeader || !isRequestComplete || isQueueFull && queuedRequests == 0
                || connections.isNearCapacity
            {
                closesAfterResponse = true
            }
            if closesAfterResponse { head.headers.replaceOrAdd(name: "connection", value: "close") }
            headers.add(to: &head.headers)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            // A response to HEAD never has a body (RFC 9110 §9.3.2).
            guard request.method != .HEAD else {
                promise?.succeed()
                return
            }
            context.write(data, promise: promise)
        case .end:
            let sent = promise ?? context.eventLoop.makePromise()
            sent.futureResult.assumeIsolated().whenSuccess { self.responseSent(context) }
            context.write(data, promise: sent)
        }
    }

    private func forward(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            isResponding = true
            isRequestComplete = false
            // The server supports no other protocol, and after an upgrade request the parser reads nothing
            // more.
            closesAfterResponse =
                head.version.minor == 0 || !head.isKeepAlive || head.headers.contains(name: "upgrade")
            request = head
            awaitsContinue =
                head.version.minor > 0
                && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        case .body(var chunk):
            awaitsContinue = false
            if let joined = body, joined.readableBytes + chunk.readableBytes > Self.maxJoinedBytes {
                forwardBody(context)
            }
            if body?.writeBuffer(&chunk) == nil { body = chunk }
            return
        case .end:
            awaitsContinue = false
            isRequestComplete = true
            forwardBody(context)
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func forwardBody(_ context: ChannelHandlerContext) {
        guard let joined = body else { return }
        body = nil
        context.fireChannelRead(wrapInboundOut(.body(joined)))
    }

    private func responseSent(_ context: ChannelHandlerContext) {
        isResponding = false
        guard !closesAfterResponse else { return close(context) }
        guard !queue.isEmpty else { return }
        while let part = queue.first, !(part.isHead && isResponding) {
            queue.removeFirst()
            if part.isHead { queuedRequests -= 1 }
            forward(part, context)
        }
        channelReadComplete(context: context)
        guard queue.isEmpty else { return }
        if isReadPending {
            isReadPending = false
            context.read()
        }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    /// Closes the output, and keeps reading for a while. Closing a socket with unread bytes would reset the
    /// connection, and the client could lose the response.
    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        queue.removeAll()
        body = nil
        context.close(mode: .output, promise: nil)
        context.read()
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
    }
}

extension HTTPServerRequestPart {
    fileprivate var isHead: Bool { if case .head = self { true } else { false } }
}
