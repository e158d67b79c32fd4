import Core
import HTTPTypes
import Hummingbird

/// Applies the general rate limits: how many requests an address of visitors, a signed-in browser and a token
/// may make to any route. Routes list their own limits.
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
        try connections.requireRoom(for: context.viewer)
        try limiter.take(kind, kind.key(of: context))
        guard !context.hasInvalidToken else {
            // Rejected even if visitors may see the response: the client assumes that it is signed in.
            throw Problem(.unauthorized, "This token is not valid or was revoked. Create a new one.")
        }
        return try await next(request, context)
    }
}

extension RateLimits.Kind {
    /// The key under which requests are counted together.
    func key(of context: WebContext) -> String {
        // The demo account is many people, each with any number of sessions.
        guard let viewer = context.viewer, !viewer.isDemo else { return context.clientKey }
        return switch self {
        case .session, .token: viewer.credential.handle
        case .uploads, .posts, .comments, .likes, .follows, .searches, .exports, .newTokens, .wrongPasswords,
            .wrongCodes:
            viewer.id.description
        case .signIn, .register, .anonymous, .photoFiles, .healthChecks, .failedSignIns,
            .accountFailedSignIns:
            context.clientKey
        }
    }
}
