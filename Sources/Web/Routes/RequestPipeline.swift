import Core
import Hummingbird

/// The middleware that a request passes before it reaches its handler. It is assembled for each route when
/// the router is built, so that no request has to determine what its route needs.
package struct RequestPipeline: Sendable {
    private let accounts: Accounts
    private let limiter: RateLimiter
    private let headers: SecurityHeaders
    private let clientAddress: ClientAddress
    private let site: Site
    private let authentication: Authentication
    private let generalLimits: RateLimiting
    private let capacityGuard: CapacityGuard
    private let errorPage: ErrorResponses.ErrorPage
    private let failures: ThrottledLog

    package init(
        community: Community, cookies: SiteCookies, proxies: TrustedProxies, limits: ConnectionLimits,
        connections: OpenConnections, errorPage: @escaping ErrorResponses.ErrorPage
    ) {
        accounts = community.accounts
        limiter = community.limiter
        clientAddress = ClientAddress(
            proxies: proxies, requestsPerClient: limits.requestsPerClient, clock: community.clock)
        self.errorPage = errorPage
        failures = community.failures
        headers = SecurityHeaders(StandardHeaders(site: cookies.site))
        site = cookies.site
        authentication = Authentication(
            credentials: community.credentials, cookies: cookies, clock: community.clock)
        generalLimits = RateLimiting(limiter: limiter, connections: connections)
        capacityGuard = CapacityGuard(connections: connections, authentication: authentication)
    }

    /// Builds a router of these routes. Requests that match none of them are authenticated and rate limited
    /// like those to a route with the access `anyone`.
    package func router(for routes: [Route]) -> Router<WebContext> {
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        let secrets = SecretPaths(of: routes)
        for route in routes {
            let group = router.group()
            let log =
                route.hasSecretPath
                ? AccessLog(template: route.path) : AccessLog(redactingIfEncoded: secrets)
            for middleware in middleware(
                log, route.errors, route.audience, isServedAtCapacity: route.isServedAtCapacity)
            {
                group.add(middleware: middleware)
            }
            for middleware in route.middleware { group.add(middleware: middleware) }
            if let redirect = FormerUsernameRedirect(route.path, accounts: accounts) {
                group.add(middleware: redirect)
            }
            group.on(route.path, method: route.method) { [limiter] in
                try await route.respond(to: $0, $1, limiter: limiter)
            }
        }
        // The router's own middleware applies to routes that are added later, of which there are none, and to
        // requests that match no route.
        for middleware in middleware(AccessLog(redacting: secrets), nil, .anyone) {
            router.add(middleware: middleware)
        }
        router.add(middleware: MethodNotAllowed(routes))
        return router
    }

    /// The middleware in the order in which a request passes it.
    private func middleware(
        _ log: AccessLog, _ style: Route.ErrorStyle?, _ audience: Route.Audience,
        isServedAtCapacity: Bool = false
    ) -> [Route.Middleware] {
        let errors = ErrorResponses(style: style, failures: failures, page: errorPage)
        let outer: [Route.Middleware] = [log, headers, errors, clientAddress]
        guard audience != .unauthenticated else {
            return isServedAtCapacity ? outer : outer + [capacityGuard]
        }
        let crossSiteGuard = CrossSiteGuard(site: site, handlersCheckForms: style != .json)
        // The error middleware comes a second time, after authentication, so that a member sees the error
        // page with the navigation of a member.
        return outer + [crossSiteGuard, authentication, errors, generalLimits]
    }
}
