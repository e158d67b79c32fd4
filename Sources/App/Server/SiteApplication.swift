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

    /// Every route of the site, with what it needs.
    package var routes: [Route] {
        let cookies = cookies
        let api = APIRoutes(community: community, site: site, uploads: uploads, cookies: cookies).routes
        let website = WebsiteRoutes(
            community: community, site: site, uploads: uploads, cookies: cookies,
            operations: Operations.described(by: api), isDemo: isDemo
        ).routes
        return Health(community: community).routes + MediaRoutes(community: community).routes + api + website
    }

    package var router: Router<WebContext> {
        router(connections: OpenConnections(limits: connections, proxies: proxies))
    }

    private func router(connections open: OpenConnections) -> Router<WebContext> {
        let pipeline = RequestPipeline(
            community: community, cookies: cookies, proxies: proxies, limits: connections, connections: open,
            errorPage: WebsiteRoutes.errorPage(cookies: cookies))
        return pipeline.router(for: routes)
    }

    private var cookies: SiteCookies { SiteCookies(site: site, signer: community.signer) }

    /// The server, not yet running.
    package func listening(
        on host: String, port: Int,
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let open = OpenConnections(limits: connections, proxies: proxies)
        return Application(
            router: router(connections: open),
            server: .strictHTTP1(connections, connections: open, headers: StandardHeaders(site: site)),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(connections.connections)),
            onServerRunning: onServerRunning, logger: logger)
    }
}
