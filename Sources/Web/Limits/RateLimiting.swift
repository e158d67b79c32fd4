import Core
import HTTPTypes
import Hummingbird

/// The general limits: how many requests a stranger's address, a browser that is signed in and a program's token may
/// make, whatever they ask for. What else is limited stands on the routes.
package struct RateLimiting: RouterMiddleware {
    package typealias Context = WebContext
    private let limiter: RateLimiter
    private let connections: OpenConnections

    package init(limiter: RateLimiter, connections: OpenConnections) {
        self.limiter = limiter
        self.connections = connections
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let kind: RateLimits.Kind =
            switch context.viewer?.credential.kind {
            case .token: .token
            case .session: .session
            case nil: .anonymous
            }
        guard context.viewer != nil || !connections.isCrowded else {
            throw Problem(
                .unavailable(retryAfter: 5),
                "More people are here than the server can take. Try again in a moment.")
        }
        try limiter.take(kind, kind.key(of: context))
        guard !context.hasWrongToken else {
            // A wrong token is told so even where a stranger may look: the program thinks it is signed in.
            throw Problem(.unauthorized, "This token is not valid, or not any more. Make a new one.")
        }
        return try await next(request, context)
    }
}

extension RateLimits.Kind {
    /// Whose requests to a route with this limit are counted together.
    func key(of context: WebContext) -> String {
        switch self {
        case .session, .token: context.viewer?.credential.handle ?? context.clientKey
        case .uploads, .posts, .comments, .likes, .follows, .searches, .exports, .newTokens, .wrongPasswords:
            context.viewer?.id.description ?? context.clientKey
        case .signIn, .register, .anonymous, .photoFiles, .healthChecks, .failedSignIns,
            .accountFailedSignIns:
            context.clientKey
        }
    }
}
