import Core
import Hummingbird
import Web

/// Looks up the number of unread notifications, which every page that a member opens shows. A form that is
/// shown again after a POST does not have it.
struct UnreadCountMiddleware: RouterMiddleware {
    typealias Context = WebContext
    let notifications: Notifications

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get, let viewer = context.viewer else {
            return try await next(request, context)
        }
        var context = context
        context.unreadCount = try await notifications.unreadCount(for: viewer)
        return try await next(request, context)
    }
}
