import Core
import Hummingbird

/// What a request passes before it reaches its route. It is put together when the router is built, for each route
/// by what the route needs, so that nothing about a route is worked out per request.
package struct RequestPipeline: Sendable {
    private let limiter: RateLimiter
    private let headers: SecurityHeaders
    private let address: ClientAddress
    private let site: Site
    private let authentication: Authentication
    private let general: RateLimiting
    private let errorPage: ErrorResponses.ErrorPage

    package init(
        community: Community, cookies: SiteCookies, proxies: TrustedProxies, limits: ConnectionLimits,
        connections: OpenConnections, errorPage: @escaping ErrorResponses.ErrorPage
    ) {
        limiter = community.limiter
        address = ClientAddress(
            proxies: proxies, requestsOfOneClient: limits.requestsOfOneClient, clock: community.clock)
        self.errorPage = errorPage
        headers = SecurityHeaders(StandardHeaders(site: cookies.site))
        site = cookies.site
        authentication = Authentication(
            credentials: community.credentials, cookies: cookies, clock: community.clock)
        general = RateLimiting(limiter: limiter, connections: connections)
    }

    /// A router of these routes. What matches none of them is identified and counted like a route for anyone.
    package func router(for routes: [Route]) -> Router<WebContext> {
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        let secrets = SecretPaths(of: routes)
        for route in routes {
            let group = router.group()
            let log = route.hasSecretPath ? AccessLog(template: route.path) : AccessLog(hidingOddly: secrets)
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
        for middleware in middleware(AccessLog(hiding: secrets), nil, identifies: true) {
            router.add(middleware: middleware)
        }
        router.add(middleware: MethodNotAllowed(routes))
        return router
    }

    /// From the outside in.
    private func middleware(
        _ log: AccessLog, _ style: Route.ErrorStyle?, identifies: Bool
    ) -> [Route.Middleware] {
        let errors = ErrorResponses(style: style, page: errorPage)
        let outer: [Route.Middleware] = [log, headers, errors, address]
        // Errors once more where it is known who asks: a member's error page is a member's page.
        guard identifies else { return outer }
        let origin = CrossSiteGuard(site: site, handlersCheckForms: style != .json)
        return outer + [origin, authentication, errors, general]
    }
}
