import API
import Core
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Web
import Website

/// The application: all routes and their middleware. Both `serve` and the tests build the site here.
package struct SiteApplication: Sendable {
    package var community: Community
    package var site: Site
    package var uploads: UploadFolder
    package var proxies = TrustedProxies.none
    /// Whether visitors may try the site as the demo account.
    package var isDemo = false
    package var connections = ConnectionLimits()
    /// The free space below which the server is not ready; nil if it is not measured.
    package var space: FreeSpace?
    /// How long a check of the readiness may take.
    package var readinessTimeout = Health.timeout
    package var logger: Logger

    package init(community: Community, site: Site, uploads: UploadFolder, logger: Logger) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.logger = logger
    }

    /// All routes of the site, with their requirements.
    package var routes: [Route] {
        let cookies = cookies
        let api = APIRoutes(community: community, site: site, uploads: uploads, cookies: cookies).routes
        let website = WebsiteRoutes(
            community: community, site: site, uploads: uploads, cookies: cookies,
            operations: Operations.all(in: api), isDemo: isDemo
        ).routes
        let health = Health(community: community, space: space, timeout: readinessTimeout)
        return health.routes + MediaRoutes(community: community).routes + api + website
    }

    package var router: Router<WebContext> {
        router(openConnections: OpenConnections(limits: connections, proxies: proxies))
    }

    private func router(openConnections: OpenConnections) -> Router<WebContext> {
        let pipeline = RequestPipeline(
            community: community, cookies: cookies, proxies: proxies, limits: connections,
            connections: openConnections,
            errorPage: WebsiteRoutes.errorPage(cookies: cookies))
        return pipeline.router(for: routes)
    }

    private var cookies: SiteCookies { SiteCookies(site: site, signer: community.signer) }

    /// Builds the server. It listens as soon as it is run.
    package func listening(
        on host: String, port: Int,
        onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let openConnections = OpenConnections(limits: connections, proxies: proxies)
        return Application(
            responder: NormalizedPaths(before: router(openConnections: openConnections).buildResponder()),
            server: .strictHTTP1(
                connections, connections: openConnections, headers: StandardHeaders(site: site)),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(connections.connections)),
            onServerRunning: onServerRunning, logger: logger)
    }
}
