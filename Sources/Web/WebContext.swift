import Core
import Hummingbird
import NIOCore

/// The context of a request in middleware and handlers.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The remote address of the connection; nil in tests without a connection.
    package let remoteAddress: SocketAddress?
    private let channel: any Channel
    /// The member who makes the request; nil for a visitor.
    package var viewer: Viewer?
    /// Whether the request has a token that is invalid, expired or revoked.
    package var hasInvalidToken = false
    /// The key that identifies the client for rate limits.
    package var clientKey = "unknown"
    /// The number of unread notifications, which pages show.
    package var unreadCount = 0
    /// The theme that was chosen in this browser.
    package var theme = Theme.system
    /// The requested path with its query.
    package var path = "/"
    /// The secret from which form tokens are derived: the session, or a visitor’s cookie.
    package var formSecret: Secret?

    package init(source: Source) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        channel = source.channel
    }

    /// Waits until the event loop has processed all previous writes. Before that, the writer cannot know
    /// whether the client reads fast enough. Code that writes a body in chunks must wait after each chunk;
    /// otherwise a busy machine would buffer all of them.
    package func waitForWrites() async throws { try await channel.eventLoop.submit {}.get() }

    /// Asks a client that waits for `100 Continue` to send the body.
    @Sendable func askForBody() { channel.triggerUserOutboundEvent(BodyRequested(), promise: nil) }

    /// The maximum size of a body that is read into memory, in bytes. Photos are streamed to disk instead.
    /// The longest forms are a comment of 2,200 flags of regions, which has about 185 kB, and a post’s
    /// caption and ten alt texts of nothing but simple emoji, with about 150 kB.
    package static let bodyLimit = 192 * 1024
    package var maxUploadSize: Int { Self.bodyLimit }
}

extension Request {
    /// Returns a query parameter; nil if it is missing.
    package func queryItem(_ name: String) -> String? {
        URLEncodedForm.parse(uri.query ?? "").first { $0.name == name }?.value
    }

    /// Returns a query parameter; empty if it is missing.
    package func queryText(_ name: String) -> String { queryItem(name) ?? "" }

    /// Returns the requested page of a list.
    package func page() throws(Problem) -> PageRequest {
        try PageRequest(
            cursor: uri.queryParameters["cursor"].map(String.init),
            limit: uri.queryParameters["limit"].map(String.init))
    }

    /// Returns the requested page of search results.
    package func page<Position>(by _: Position.Type) throws(Problem) -> SearchPage<Position> {
        try SearchPage(
            cursor: uri.queryParameters["cursor"].map(String.init),
            limit: uri.queryParameters["limit"].map(String.init))
    }
}
