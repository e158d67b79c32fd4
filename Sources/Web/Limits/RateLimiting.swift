import Core
import HTTPTypes
import Hummingbird

/// The general limits: how many requests a stranger's address and a program's token may make, whatever they ask
/// for. What else is limited stands on the routes.
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
        var context = context
        context.clientKey = proxies.clientKey(of: context.remoteAddress, forwarded: request.headers[.xForwardedFor])
        if let viewer = context.viewer {
            if viewer.credential.kind == .token {
                try limiter.take(.token, viewer.credential.hash.map { String($0, radix: 16) }.joined())
            }
        } else {
            try limiter.take(.anonymous, context.clientKey)
        }
        return try await next(request, context)
    }
}

extension RateLimits.Kind {
    /// Whose requests to a route with this limit are counted together.
    func key(of context: WebContext) -> String {
        switch self {
        case .uploads, .posts, .likes, .follows: context.viewer?.id.description ?? context.clientKey
        case .signIn, .register, .anonymous, .token, .failedSignIns: context.clientKey
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
