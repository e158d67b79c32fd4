import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Hummingbird’s HTTP/1.1 with stricter rules: it limits headers, rejects ambiguous requests, handles
/// requests one at a time, closes connections with slow bodies or stalled readers, and limits the connections
/// of each client.
struct StrictHTTP1: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ConnectionLimits
    let connections: OpenConnections
    let headers: StandardHeaders

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            guard connections.admit(channel) else {
                try channel.pipeline.syncOperations.addHandler(RejectedConnection(headers: headers))
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headerBytes
            decoder.maxHeaderListSize = limits.headerBytes
            decoder.maxHeaderFieldCount = limits.headerFields
            // Near capacity a new connection must send its request soon.
            let idle = connections.isNearCapacity ? limits.idleNearCapacity : limits.idle
            // A connection keeps its read buffers, so they are few and small.
            if let options = channel.syncOptions {
                try options.setOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384))
                try options.setOption(.maxMessagesPerRead, value: 2)
                // By itself the kernel would hold up to 4 MB for a client that reads nothing.
                try options.setOption(.socketOption(.so_sndbuf), value: 128 * 1024)
            }
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(RequestValidator(headers: headers))
            try pipeline.addHandler(SequentialRequests(headers: headers, connections: connections))
            try pipeline.addHandler(SlowBodyGuard(limits: limits))
            try pipeline.addHandler(IdleStateHandler(writeTimeout: limits.stalledWrite))
            try pipeline.addHandler(StalledReaderGuard())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(
                HTTPConnectionStateHandler(idleTimeout: .init(idle), logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async { await handleHTTP(asyncChannel: value, logger: logger) }
}

/// The limits of connections.
package struct ConnectionLimits: Sendable {
    package var headerBytes = 16 * 1024
    package var headerFields = 100
    /// The maximum number of open connections.
    package var connections = 4096
    /// How many of them are reserved for members and for monitoring.
    package var reserve = 256
    /// The maximum for each client that is not a trusted proxy.
    package var connectionsPerClient = 256
    /// The maximum number of requests in progress for each client behind a trusted proxy.
    package var requestsPerClient = 200
    /// How long a connection may be idle.
    package var idle = TimeAmount.seconds(20)
    /// How long a connection from the reserve may be idle.
    package var idleNearCapacity = TimeAmount.seconds(3)
    /// How long a client may read nothing of a response.
    package var stalledWrite = TimeAmount.seconds(30)
    /// How long a body may take, unless it keeps arriving at `bytesPerSecond`.
    package var body = TimeAmount.seconds(15)
    package var bytesPerSecond = 16_000
    /// How long a body may take at any rate. Otherwise a fast beginning would allow a very slow end.
    package var maxBodyTime = TimeAmount.minutes(15)

    package init() {}

    /// Lowers the limits to the number of connections that the process may have open.
    package mutating func fit(within descriptors: Int) {
        connections = min(connections, max(64, descriptors))
        reserve = min(reserve, connections / 8)
        connectionsPerClient = min(connectionsPerClient, connections / 2)
    }
}

extension HTTPServerBuilder {
    /// Creates a server that uses ``StrictHTTP1``.
    package static func strictHTTP1(
        _ limits: ConnectionLimits, connections: OpenConnections, headers: StandardHeaders
    ) -> HTTPServerBuilder {
        .init { StrictHTTP1(responder: $0, limits: limits, connections: connections, headers: headers) }
    }
}
