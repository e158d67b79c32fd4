import Core
import HTTPTypes
import Hummingbird

/// Holds every request against the limits that are about it, once it is known who asks.
package struct RateLimiting: RouterMiddleware {
    package typealias Context = WebContext
    private let limiter: RateLimiter
    private let proxies: TrustedProxies

    package init(limiter: RateLimiter, proxies: TrustedProxies) {
        self.limiter = limiter
        self.proxies = proxies
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        // Every page has some of these.
        guard !path.hasPrefix("/assets/") else { return try await next(request, context) }
        var context = context
        context.clientKey = proxies.clientKey(of: context.remoteAddress, forwarded: request.headers[.xForwardedFor])
        if let viewer = context.viewer {
            if viewer.credential.kind == .token {
                try limiter.take(.token, viewer.credential.hash.map { String($0, radix: 16) }.joined())
            }
            if request.method != .get, request.method != .head { try limit(request.method, path, of: viewer) }
        } else {
            try limiter.take(.anonymous, context.clientKey)
        }
        if request.method == .post, path == "/login" || path == "/api/auth/login" {
            try limiter.take(.signIn, context.clientKey)
        }
        if request.method == .post, path == "/register" || path == "/api/auth/register" {
            try limiter.take(.register, context.clientKey)
        }
        return try await next(request, context)
    }

    private func limit(_ method: HTTPRequest.Method, _ path: String, of viewer: Viewer) throws {
        let account = viewer.id.description
        switch (method, path) {
        case (.post, "/create"), (.post, "/api/posts"): try limiter.take(.posts, account)
        case (.post, "/api/media"), (.post, "/api/uploads/presigned-url"), (.put, "/api/profile/picture"),
            (.post, "/settings/profile/picture"):
            try limiter.take(.uploads, account)
        case (.post, _) where path.hasSuffix("/like"): try limiter.take(.likes, account)
        case (.post, _) where path.hasSuffix("/follow"): try limiter.take(.follows, account)
        default: break
        }
    }
}

/// Slows guessing down: who fails to sign in to one account waits longer each time, and at last is refused, without the
/// account's owner being locked out anywhere else.
package struct SignInGuard: Sendable {
    private let limiter: RateLimiter
    /// Failures that cost nothing.
    private static let free = 5

    package init(limiter: RateLimiter) { self.limiter = limiter }

    /// Runs `signIn`, and counts it when it fails for a wrong name or password.
    package func guarding<Result>(
        _ login: String, _ context: WebContext, _ signIn: () async throws -> Result
    ) async throws -> Result {
        let key = "\(Username.normalized(login)) \(context.clientKey)"
        try limiter.require(.failedSignIns, key)
        let failures = limiter.count(.failedSignIns, key)
        if failures > Self.free { try await Task.sleep(for: .milliseconds(min(5000, 250 * (failures - Self.free)))) }
        do {
            return try await signIn()
        } catch let problem as Problem where problem.kind == .unauthorized {
            try limiter.take(.failedSignIns, key)
            throw problem
        }
    }
}
