import Core
import Hummingbird
import NIOCore

/// What accompanies one request through middleware and route.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address of the client's end of the connection; nil in tests without one.
    package let remoteAddress: SocketAddress?
    private let channel: any Channel
    /// Who asks; nil for a stranger.
    package var viewer: Viewer?
    /// Whether the request carries a token that is none, or none any more.
    package var hasWrongToken = false
    /// What tells the client from others, for limits.
    package var clientKey = "unknown"
    /// How many notifications the viewer has not seen; pages show it.
    package var unreadCount = 0
    /// Dark or light, as this browser's owner chose.
    package var theme = Theme.system
    /// The path that was asked for, with its query.
    package var path = "/"
    /// What this browser's form tokens are derived from: its session, or a cookie of its own before it has one.
    package var formSecret: Secret?

    package init(source: Source) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        channel = source.channel
    }

    /// Waits until what was written to the connection has been taken: only then it is known whether the client still
    /// takes more. A body that is written in pieces waits after each, or a busy machine would hold all of them.
    package func settleWrites() async throws { try await channel.eventLoop.submit {}.get() }

    /// Tells a client that holds its body back to send it.
    @Sendable func askForBody() { channel.triggerUserOutboundEvent(BodyWanted(), promise: nil) }

    /// The most that a body is taken whole into memory, in bytes; photos are streamed to disk instead. The longest form,
    /// a post's ten descriptions and caption in nothing but emoji, has some 150 kB.
    package static let bodyLimit = 160 * 1024
    package var maxUploadSize: Int { Self.bodyLimit }
}

extension Request {
    /// A text in the query; nil where it is missing.
    package func queryItem(_ name: String) -> String? {
        URLEncodedForm.parse(uri.query ?? "").first { $0.name == name }?.value
    }

    /// A text in the query; empty where it is missing.
    package func queryText(_ name: String) -> String { queryItem(name) ?? "" }

    /// Which page of a list is asked for.
    package func page() throws(Problem) -> PageRequest {
        try PageRequest(
            cursor: uri.queryParameters["cursor"].map(String.init),
            limit: uri.queryParameters["limit"].map(String.init))
    }
}
