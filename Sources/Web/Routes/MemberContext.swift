import Core
import Foundation
import Hummingbird
import Logging

/// The context that a handler receives with a request.
package protocol HandlerContext: Sendable {
    var web: WebContext { get }
}

extension WebContext: HandlerContext {
    package var web: WebContext { self }
}

/// The context of a handler that only members reach. It always has a signed-in member.
package struct MemberContext: HandlerContext {
    package let web: WebContext
    /// The signed-in member who makes the request.
    package let member: Viewer

    /// - Returns: nil for a visitor.
    init?(_ context: WebContext) {
        guard let viewer = context.viewer else { return nil }
        web = context
        member = viewer
    }

    package var parameters: Parameters { web.parameters }
    package var logger: Logger { web.logger }
}

extension HandlerContext {
    /// Returns the id in the path.
    /// - Throws: ``Problem`` of kind `notFound` if the parameter is not an id.
    package func id<Subject>(_ name: String = "id", of _: Subject.Type, called what: String) throws -> ID<
        Subject
    > {
        guard let text = web.parameters.get(name), let id = ID<Subject>(text) else {
            throw Problem.notFound(what)
        }
        return id
    }

    /// Returns a path parameter without its percent-encoding.
    package func pathText(_ name: String) throws -> String {
        guard let text = web.parameters.get(name)?.removingPercentEncoding else {
            throw Problem.notFound("page")
        }
        return text
    }
}
