import Core
import Foundation
import Hummingbird
import Logging

/// What accompanies a request to its handler.
package protocol HandlerContext: Sendable {
    var web: WebContext { get }
}

extension WebContext: HandlerContext {
    package var web: WebContext { self }
}

/// The context of a handler that only members reach: there is always somebody signed in.
package struct MemberContext: HandlerContext {
    package let web: WebContext
    /// Who asks.
    package let member: Viewer

    /// - Returns: nil for a stranger.
    init?(_ context: WebContext) {
        guard let viewer = context.viewer else { return nil }
        web = context
        member = viewer
    }

    package var parameters: Parameters { web.parameters }
    package var logger: Logger { web.logger }
}

extension HandlerContext {
    /// The id in the path.
    /// - Throws: ``Problem`` of kind `notFound` where none stands there.
    package func id<Subject>(_ name: String = "id", of _: Subject.Type, called what: String) throws -> ID<
        Subject
    > {
        guard let text = web.parameters.get(name), let id = ID<Subject>(text) else {
            throw Problem.notFound(what)
        }
        return id
    }

    /// A text in the path, its percent-encoding undone.
    package func pathText(_ name: String) throws -> String {
        guard let text = web.parameters.get(name)?.removingPercentEncoding else {
            throw Problem.notFound("page")
        }
        return text
    }
}
