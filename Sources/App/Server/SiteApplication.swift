import API
import Core
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Web
import Website

/// The application: every route and what stands before them, built here alone, for `serve` and for tests.
package struct SiteApplication: Sendable {
    package var community: Community
    package var site: Site
    package var uploads: UploadFolder
    package var limits = RateLimits()
    package var proxies = TrustedProxies.none
    /// Whether visitors may try the site as the demo account.
    package var isDemo = false
    package var connections = ConnectionLimits()
    package var logger: Logger

    package init(community: Community, site: Site, uploads: UploadFolder, logger: Logger) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.logger = logger
    }

    package var router: Router<WebContext> {
        let cookies = SiteCookies(site: site)
        let limiter = RateLimiter(limits: limits, clock: community.clock)
        let signInGuard = SignInGuard(limiter: limiter)
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: AccessLog())
        router.add(middleware: SecurityHeaders(site: site))
        let errors = ErrorAnswers(page: WebsiteRoutes.errorPage(cookies: cookies))
        router.add(middleware: errors)
        // These need no sign-in, and come before it: a photo's address is known only to whoever may see it.
        router.addRoutes(Health(community: community).routes)
        router.addRoutes(MediaRoutes(community: community).routes)
        router.add(middleware: CrossSiteGuard(site: site))
        router.add(middleware: Authentication(credentials: community.credentials, cookies: cookies))
        // Once more where it is known who asks: a member's error page is a member's page.
        router.add(middleware: errors)
        router.add(middleware: RateLimiting(limiter: limiter, proxies: proxies))
        APIRoutes(community: community, site: site, uploads: uploads, signInGuard: signInGuard).add(to: router)
        WebsiteRoutes(
            community: community, site: site, uploads: uploads, cookies: cookies, signInGuard: signInGuard,
            operations: Operations.all, isDemo: isDemo
        ).add(to: router)
        return router
    }

    /// The server, not yet running.
    package func listening(
        on host: String, port: Int, onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router, server: .strictHTTP1(connections),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(connections.connections)),
            onServerRunning: onServerRunning, logger: logger)
    }
}
