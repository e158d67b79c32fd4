import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1 as Hummingbird speaks it, with what it leaves open closed: header limits, ambiguous requests refused,
/// slow bodies and stalled readers cut off.
struct StrictHTTP1: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: HTTPChannelHandler.Responder
    let limits: ConnectionLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            var decoder = NIOHTTPDecoderLimitConfiguration()
            decoder.maxHeaderFieldSize = limits.headerBytes
            decoder.maxHeaderListSize = limits.headerBytes
            decoder.maxHeaderFieldCount = limits.headerFields
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoder)
            try pipeline.addHandler(UnambiguousRequests())
            try pipeline.addHandler(SlowBodies(limits: limits))
            try pipeline.addHandler(IdleStateHandler(writeTimeout: limits.stalledWrite))
            try pipeline.addHandler(StalledReaders())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(
                HTTPConnectionStateHandler(idleTimeout: .init(limits.idle), logger: logger))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
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
    package var idle = TimeAmount.seconds(20)
    package var stalledWrite = TimeAmount.seconds(30)
    /// A body may take this long, and longer only while it comes at the rate below.
    package var body = TimeAmount.seconds(15)
    package var bytesPerSecond = 16_000

    package init() {}
}

extension HTTPServerBuilder {
    /// ``StrictHTTP1`` for an application.
    package static func strictHTTP1(_ limits: ConnectionLimits) -> HTTPServerBuilder {
        .init { StrictHTTP1(responder: $0, limits: limits) }
    }
}
