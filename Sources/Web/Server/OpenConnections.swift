import NIOCore
import Synchronization

/// Counts the connections that are open, so that no client takes all of them.
package final class OpenConnections: Sendable {
    private let limits: ConnectionLimits
    private let proxies: TrustedProxies
    private let total = Atomic<Int>(0)
    private let byClient: Tally

    package init(limits: ConnectionLimits, proxies: TrustedProxies) {
        self.limits = limits
        self.proxies = proxies
        byClient = Tally(atMost: limits.connectionsOfOneClient)
    }

    /// Whether only the reserve is left, which is for those who are signed in and for whoever watches the server.
    var isCrowded: Bool { total.load(ordering: .relaxed) > limits.connections - limits.reserve }

    /// Counts a connection until it closes; false where its client has as many as one may have. Behind a trusted
    /// proxy are many clients, whose requests are counted by ``ClientAddress``.
    func admit(_ channel: any Channel) -> Bool {
        total.add(1, ordering: .relaxed)
        var place: Tally.Place?
        var isAdmitted = true
        if !proxies.trusts(channel.remoteAddress) {
            place = byClient.take(proxies.clientKey(of: channel.remoteAddress, forwarded: nil))
            isAdmitted = place != nil
        }
        channel.closeFuture.whenComplete { [place] _ in
            self.total.subtract(1, ordering: .relaxed)
            withExtendedLifetime(place) {}
        }
        return isAdmitted
    }
}

/// Tells a client that has too many connections so, and closes this one.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let headers: StandardHeaders

    init(headers: StandardHeaders) { self.headers = headers }

    func channelActive(context: ChannelHandlerContext) {
        let answer = headers.bareAnswer(status: "503 Service Unavailable", fields: ["Retry-After: 5"])
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
