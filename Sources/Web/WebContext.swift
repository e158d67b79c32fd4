import Core
import Foundation
import Hummingbird
import NIOCore

/// What accompanies one request through middleware and route.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address of the client's end of the connection; nil in tests without one.
    package let remoteAddress: SocketAddress?
    /// Who asks; nil for a stranger.
    package var viewer: Viewer?
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
    }

    /// The most that a body is taken whole into memory, in bytes; photos are streamed to disk instead.
    package static let bodyLimit = 256 * 1024
    package var maxUploadSize: Int { Self.bodyLimit }

    /// Who asks, where only members may.
    /// - Throws: ``Problem`` of kind `unauthorized` for a stranger.
    package func member() throws(Problem) -> Viewer {
        guard let viewer else { throw Problem.signInNeeded }
        return viewer
    }

    /// The id in the path.
    /// - Throws: ``Problem`` of kind `notFound` where none stands there.
    package func id<Subject>(_ name: String = "id", of _: Subject.Type, called what: String) throws -> ID<Subject> {
        guard let text = parameters.get(name), let id = ID<Subject>(text) else { throw Problem.notFound(what) }
        return id
    }
}

extension WebContext {
    /// A text in the path, its percent-encoding undone.
    package func pathText(_ name: String) throws -> String {
        guard let text = parameters.get(name)?.removingPercentEncoding else { throw Problem.notFound("page") }
        return text
    }
}

extension Request {
    /// A text in the query; empty where it is missing.
    package func queryText(_ name: String) -> String {
        URLEncodedForm.parse(uri.query ?? "").first { $0.name == name }?.value ?? ""
    }

    /// Which page of a list is asked for.
    package func page() throws(Problem) -> PageRequest {
        try PageRequest(
            cursor: uri.queryParameters["cursor"].map(String.init),
            limit: uri.queryParameters["limit"].map(String.init))
    }
}
