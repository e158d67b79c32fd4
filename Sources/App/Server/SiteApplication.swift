import API
import Core
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Web
import Website

/// The application: every route and what stands before them, built here alone, for `serve` and for tests.
package enum SiteApplication {
    package static func router(community: Community, site: Site, uploads: UploadFolder) -> Router<WebContext> {
        let cookies = SiteCookies(site: site)
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
        APIRoutes(community: community, site: site, uploads: uploads).add(to: router)
        WebsiteRoutes(community: community, site: site, uploads: uploads, cookies: cookies).add(to: router)
        return router
    }

    package static func make(
        community: Community, site: Site, uploads: UploadFolder, host: String, port: Int,
        limits: ConnectionLimits = .init(), logger: Logger,
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router(community: community, site: site, uploads: uploads), server: .strictHTTP1(limits),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: onServerRunning, logger: logger)
    }
}
