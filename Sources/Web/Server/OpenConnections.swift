import NIOCore
import Synchronization

/// Counts the open connections, so that no client can take all of them.
package final class OpenConnections: Sendable {
    private let limits: ConnectionLimits
    private let proxies: TrustedProxies
    private let total = Atomic<Int>(0)
    private let clientLimiter: ConcurrencyLimiter

    package init(limits: ConnectionLimits, proxies: TrustedProxies) {
        self.limits = limits
        self.proxies = proxies
        clientLimiter = ConcurrencyLimiter(limit: limits.connectionsPerClient)
    }

    /// Whether only the reserve is left, which is for members and for monitoring.
    var isNearCapacity: Bool { total.load(ordering: .relaxed) > limits.connections - limits.reserve }

    /// Counts a connection until it closes. Returns false if its client already has the maximum number. A
    /// trusted proxy is not limited, because it serves many clients, whose requests ``ClientAddress`` limits.
    func admit(_ channel: any Channel) -> Bool {
        total.add(1, ordering: .relaxed)
        var slot: ConcurrencyLimiter.Slot?
        var isAdmitted = true
        if !proxies.trusts(channel.remoteAddress) {
            slot = clientLimiter.acquire(proxies.clientKey(of: channel.remoteAddress))
            isAdmitted = slot != nil
        }
        channel.closeFuture.whenComplete { [slot] _ in
            self.total.subtract(1, ordering: .relaxed)
            withExtendedLifetime(slot) {}
        }
        return isAdmitted
    }
}

/// Sends 503 to a client that has too many connections, and closes the connection.
final class RejectedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let headers: StandardHeaders

    init(headers: StandardHeaders) { self.headers = headers }

    func channelActive(context: ChannelHandlerContext) {
        let response = headers.emptyResponse(status: "503 Service Unavailable", fields: ["Retry-After: 5"])
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: response)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
