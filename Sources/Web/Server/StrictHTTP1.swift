import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1 as Hummingbird speaks it, with what it leaves open closed: header limits, ambiguous requests refused,
/// requests answered one at a time, slow bodies and stalled readers cut off, no client with all of the connections.
struct StrictHTTP1: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ConnectionLimits
    let connections: OpenConnections
    let headers: StandardHeaders

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            guard connections.admit(channel) else {
                try channel.pipeline.syncOperations.addHandler(RefusedConnection(headers: headers))
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headerBytes
            decoder.maxHeaderListSize = limits.headerBytes
            decoder.maxHeaderFieldCount = limits.headerFields
            // While the house is full a newcomer says what it wants, or makes room.
            let idle = connections.isCrowded ? limits.crowdedIdle : limits.idle
            // A connection keeps the buffers it reads into, as many as it reads at a time.
            if let options = channel.syncOptions {
                try options.setOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384))
                try options.setOption(.maxMessagesPerRead, value: 2)
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

/// What one connection may take.
package struct ConnectionLimits: Sendable {
    package var headerBytes = 16 * 1024
    package var headerFields = 100
    /// How many connections at once.
    package var connections = 4096
    /// How many of them are kept for those who are signed in, and for whoever watches over the server.
    package var reserve = 256
    /// How many one client may have, unless it is a trusted proxy.
    package var connectionsOfOneClient = 256
    /// How many requests one client behind a trusted proxy may have under way.
    package var requestsOfOneClient = 200
    package var idle = TimeAmount.seconds(20)
    /// The same for a connection that took one of the reserve.
    package var crowdedIdle = TimeAmount.seconds(3)
    package var stalledWrite = TimeAmount.seconds(30)
    /// A body may take this long, and longer only while it comes at the rate below.
    package var body = TimeAmount.seconds(15)
    package var bytesPerSecond = 16_000
    /// No body may take longer, at whatever rate it comes: a fast beginning buys no slow end.
    package var wholeBody = TimeAmount.minutes(15)

    package init() {}

    /// Takes no more connections than the process may have open.
    package mutating func fit(within descriptors: Int) {
        connections = min(connections, max(64, descriptors))
        reserve = min(reserve, connections / 8)
        connectionsOfOneClient = min(connectionsOfOneClient, connections / 2)
    }
}

extension HTTPServerBuilder {
    /// ``StrictHTTP1`` for an application.
    package static func strictHTTP1(
        _ limits: ConnectionLimits, connections: OpenConnections, headers: StandardHeaders
    ) -> HTTPServerBuilder {
        .init { StrictHTTP1(responder: $0, limits: limits, connections: connections, headers: headers) }
    }
}
