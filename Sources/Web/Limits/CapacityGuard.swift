import Core
import Hummingbird

/// Authenticates requests to routes that need no authentication, such as photos and stylesheets, while the
/// server is at full capacity: then only members are served.
struct CapacityGuard: RouterMiddleware {
    typealias Context = WebContext
    let connections: OpenConnections
    let authentication: Authentication

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard connections.isNearCapacity else { return try await next(request, context) }
        return try await authentication.handle(request, context: context) { request, context in
            guard context.viewer != nil else { throw Problem.atCapacity }
            return try await next(request, context)
        }
    }
}

extension Problem {
    static let atCapacity = Problem(
        .unavailable(retryAfter: 5), "The server is at full capacity. Try again in a moment.")
}
