import Core
import HTTPTypes
import Hummingbird

/// Redirects requests for a username that a member gave up to the same path with the current one (308, so
/// that method and body stay). It queries the database only after the route has not found the account.
struct FormerUsernameRedirect: RouterMiddleware {
    private let accounts: Accounts
    /// The position of the username among the segments of the path.
    private let position: Int

    /// Returns nil for a route without a username in its path.
    init?(_ path: RouterPath, accounts: Accounts) {
        guard let position = path.components.firstIndex(where: { $0.description == "{username}" }) else {
            return nil
        }
        self.accounts = accounts
        self.position = position
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem where problem.kind == .notFound {
            guard let former = context.parameters.get("username"),
                let current = try await accounts.currentUsername(ofFormer: former, for: context.viewer)
            else { throw problem }
            var segments = request.uri.path.split(separator: "/").map { String($0) }
            guard segments.indices.contains(position) else { throw problem }
            segments[position] = current
            let query = request.uri.query.map { "?" + $0 } ?? ""
            // The redirect depends on the viewer, and ends with the reservation of the name.
            return Response(
                status: .permanentRedirect,
                headers: [
                    .location: "/" + segments.joined(separator: "/") + query, .cacheControl: "no-store",
                ])
        }
    }
}
