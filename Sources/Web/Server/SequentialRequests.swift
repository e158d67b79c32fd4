import NIOCore
import NIOHTTP1

/// Has a client's requests answered one after the other (RFC 9112 §9.3): the next is passed on once the answer to the
/// one before has left, and nothing more is read meanwhile. So a client that sends many requests and reads no answer
/// holds the memory of one.
///
/// It also keeps what HTTP/1 promises about a connection: an answer in HTTP/1.0 has no chunks and ends with the
/// connection, a body that waits for `100 Continue` gets it, and `Connection: close` closes.
final class SequentialRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// No browser sends a second request before it has the first answer; what sends more than a few is an attack.
    private static let waitingAtMost = 8
    /// Small chunks of a body are joined up to so many bytes, and no further: copies of large ones take memory.
    private static let pieceAtMost = 16 * 1024
    /// How long a client may still send what is thrown away, so that it sees the last answer before a reset.
    private static let lingering = TimeAmount.seconds(5)

    private let headers: StandardHeaders
    private let connections: OpenConnections
    /// From a request's head until its answer has left.
    private var isAnswering = false
    private var request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    /// Whether the request's body has come to its end.
    private var isWhole = false
    /// What came of the body since it was last passed on: many small chunks are one piece.
    private var body: ByteBuffer?
    /// The connection ends with the answer under way.
    private var isLast = false
    private var isClosing = false
    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var waitingRequests = 0
    /// More came than may wait: the rest was dropped, and the connection ends with the last that waits.
    private var isOverfull = false
    /// The client holds its body back until it is told that somebody wants it.
    private var awaitsContinue = false
    private var isReadWanted = false
    private var isInputClosed = false

    init(headers: StandardHeaders, connections: OpenConnections) {
        self.headers = headers
        self.connections = connections
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, !isOverfull else { return }
        let part = unwrapInboundIn(data)
        guard isAnswering, part.isHead || !waiting.isEmpty else { return pass(part, context) }
        if part.isHead {
            guard waitingRequests < Self.waitingAtMost else {
                isOverfull = true
                return
            }
            waitingRequests += 1
        }
        waiting.append(part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        passBody(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if waiting.isEmpty { context.read() } else { isReadWanted = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The end of what the client sends comes after what it has sent.
        if !waiting.isEmpty, case ChannelEvent.inputClosed = event {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
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
            // While the house is full nobody keeps a connection that they do not use, and a body that nobody wants is
            // not read to its end.
            let closes = head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            awaitsContinue = false
            if closes || !isWhole || isOverfull && waitingRequests == 0 || connections.isCrowded {
                isLast = true
            }
            if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
            headers.add(to: &head.headers)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            // An answer to HEAD never has one, whoever made it (RFC 9110 §9.3.2).
            guard request.method != .HEAD else {
                promise?.succeed()
                return
            }
            context.write(data, promise: promise)
        case .end:
            let sent = promise ?? context.eventLoop.makePromise()
            sent.futureResult.assumeIsolated().whenSuccess { self.answerLeft(context) }
            context.write(data, promise: sent)
        }
    }

    private func pass(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            isAnswering = true
            isWhole = false
            // The parser reads nothing more after a request to speak another protocol, and none is spoken here.
            isLast = head.version.minor == 0 || !head.isKeepAlive || head.headers.contains(name: "upgrade")
            request = head
            awaitsContinue =
                head.version.minor > 0
                && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        case .body(var piece):
            awaitsContinue = false
            if let collected = body, collected.readableBytes + piece.readableBytes > Self.pieceAtMost {
                passBody(context)
            }
            if body?.writeBuffer(&piece) == nil { body = piece }
            return
        case .end:
            awaitsContinue = false
            isWhole = true
            passBody(context)
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func passBody(_ context: ChannelHandlerContext) {
        guard let piece = body else { return }
        body = nil
        context.fireChannelRead(wrapInboundOut(.body(piece)))
    }

    private func answerLeft(_ context: ChannelHandlerContext) {
        isAnswering = false
        guard !isLast else { return close(context) }
        guard !waiting.isEmpty else { return }
        while let part = waiting.first, !(part.isHead && isAnswering) {
            waiting.removeFirst()
            if part.isHead { waitingRequests -= 1 }
            pass(part, context)
        }
        channelReadComplete(context: context)
        guard waiting.isEmpty else { return }
        if isReadWanted {
            isReadWanted = false
            context.read()
        }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    /// Ends the connection, and reads what still comes for a while: closing a socket with unread bytes resets the
    /// connection, and the client would lose the answer.
    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        waiting.removeAll()
        body = nil
        context.close(mode: .output, promise: nil)
        context.read()
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }
}

extension HTTPServerRequestPart {
    fileprivate var isHead: Bool { if case .head = self { true } else { false } }
}
