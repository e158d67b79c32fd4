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
            try connections.requireRoom(for: context.viewer)
            return try await next(request, context)
        }
    }
}

extension OpenConnections {
    /// - Throws: ``Problem`` of kind `unavailable` for visitors while the server is at full capacity.
    func requireRoom(for viewer: Viewer?) throws(Problem) {
        guard viewer != nil || !isNearCapacity else {
            throw Problem(
                .unavailable(retryAfter: 5), "The server is at full capacity. Try again in a moment.")
        }
    }
}
