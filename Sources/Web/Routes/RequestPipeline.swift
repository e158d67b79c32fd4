import Core
import Hummingbird

/// What a request passes before it reaches its route. It is put together when the router is built, for each route
/// by what the route needs, so that nothing about a route is worked out per request.
package struct RequestPipeline: Sendable {
    private let limiter: RateLimiter
    private let headers: SecurityHeaders
    private let identifying: [Route.Middleware]
    private let general: RateLimiting
    private let errorPage: ErrorAnswers.ErrorPage

    package init(
        community: Community, cookies: SiteCookies, limiter: RateLimiter, proxies: TrustedProxies,
        errorPage: @escaping ErrorAnswers.ErrorPage
    ) {
        self.limiter = limiter
        self.errorPage = errorPage
        headers = SecurityHeaders(site: cookies.site)
        identifying = [
            CrossSiteGuard(site: cookies.site),
            Authentication(credentials: community.credentials, cookies: cookies, clock: community.clock),
        ]
        general = RateLimiting(limiter: limiter, proxies: proxies)
    }

    /// A router of these routes. What matches none of them is identified and counted like a route for anyone.
    package func router(for routes: [Route]) -> Router<WebContext> {
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        for route in routes {
            let group = router.group()
            let log = route.hasSecretPath ? AccessLog(template: route.path) : AccessLog()
            for middleware in middleware(log, route.errors, identifies: route.audience != .unidentified) {
                group.add(middleware: middleware)
            }
            for middleware in route.middleware { group.add(middleware: middleware) }
            group.on(route.path, method: route.method) { [limiter] in
                try await route.answer($0, $1, limiter: limiter)
            }
        }
        // The router's own middleware stands before the routes that are added after it, which are none, and before
        // the answer to what matches no route.
        for middleware in middleware(AccessLog(hiding: SecretPaths(of: routes)), nil, identifies: true) {
            router.add(middleware: middleware)
        }
        return router
    }

    /// From the outside in.
    private func middleware(
        _ log: AccessLog, _ errors: Route.ErrorStyle?, identifies: Bool
    ) -> [Route.Middleware] {
        let errors = ErrorAnswers(style: errors, page: errorPage)
        let outer: [Route.Middleware] = [log, headers, errors]
        // Errors once more where it is known who asks: a member's error page is a member's page.
        return identifies ? outer + identifying + [errors, general] : outer
    }
}
