import Core
import HTML
import Hummingbird
import NIOCore
import Web

/// The pages of the site.
package struct WebsiteRoutes: Sendable {
    private let community: Community
    private let site: Site
    private let uploads: UploadFolder
    private let cookies: SiteCookies
    private let signInGuard: SignInGuard
    private let operations: [APIOperation]
    private let isDemo: Bool

    package init(
        community: Community, site: Site, uploads: UploadFolder, cookies: SiteCookies, signInGuard: SignInGuard,
        operations: [APIOperation], isDemo: Bool
    ) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.cookies = cookies
        self.signInGuard = signInGuard
        self.operations = operations
        self.isDemo = isDemo
    }

    /// Adds every page to the site's router.
    package func add(to router: Router<WebContext>) {
        router.addRoutes(Assets.routes)
        router.addRoutes(SiteFiles.routes)
        router.post("settings/theme") { request, context in
            let form = try await request.form(context)
            var response = Response.seeOther(backTarget(form, otherwise: "/"))
            (Theme(rawValue: form["theme"]) ?? .system).set(on: &response)
            return response
        }
        let pages = router.group().add(middleware: UnreadNews(notifications: community.notifications))
        pages.get("offline") { [cookies] _, context in
            Visit(context, cookies: cookies).page(
                "Offline", head: "<link rel=\"modulepreload\" href=\"\(url: Assets.path("offline.js"))\">", AboutPage.offline)
        }
        #if DEBUG
            pages.get("styleguide") { [cookies] _, context in StyleGuide(visit: Visit(context, cookies: cookies)).response }
        #endif
        pages.get("about") { [cookies] _, context in Visit(context, cookies: cookies).page("About", AboutPage.html) }
        pages.addRoutes(AccountPages(community: community, cookies: cookies, signInGuard: signInGuard, isDemo: isDemo).routes)
        pages.addRoutes(FeedPages(community: community, cookies: cookies, isDemo: isDemo).routes)
        pages.addRoutes(ExplorePages(community: community, cookies: cookies).routes)
        pages.addRoutes(NotificationPages(community: community, cookies: cookies).routes)
        pages.addRoutes(ProfileSettings(community: community, uploads: uploads, cookies: cookies).routes)
        pages.addRoutes(AccountSettings(community: community, cookies: cookies).routes)
        pages.addRoutes(CredentialSettings(community: community, cookies: cookies).routes)
        pages.addRoutes(APIDocs(operations: operations, cookies: cookies).routes)
        pages.addRoutes(PostPages(community: community, uploads: uploads, site: site, cookies: cookies).routes)
        pages.addRoutes(ProfilePages(community: community, site: site, cookies: cookies).routes)
    }

    /// The page that shows a problem.
    package static func errorPage(cookies: SiteCookies) -> ErrorAnswers.ErrorPage {
        { report, context in
            Visit(context, cookies: cookies, isFailing: true).page(
                report.title, status: report.status,
                """
                <div class="narrow"><h1>\(report.title)</h1><p>\(report.detail)</p>
                <p><a href="/">Go home</a>\(when: report.status == .unauthorized, " or <a href=\"/login\">sign in</a>")</p></div>
                """)
        }
    }
}

enum AboutPage {
    static let html: HTML = """
        <div class="narrow"><h1>About</h1>
        <p>Isntgram is a photo community that one person can host. This server runs it; its keeper decides who may join.</p>
        <p>Photos lose every trace of where and with what they were taken before they are kept.</p>
        <p>Programs can do what people can do here: see the <a href="/api/docs">JSON API</a>.</p></div>
        """

    static let offline: HTML = """
        <div class="empty" data-offline><h1>You are offline</h1><p>Photos you have seen are still here; the rest comes back with the connection.</p>
        <p><a class="button" href="/">Try again</a></p></div>
        """
}

/// Files that others look for at fixed places.
enum SiteFiles {
    static var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("robots.txt") { _, _ in
            answer(
                "User-agent: *\nDisallow: /api/\nDisallow: /create\nDisallow: /search\nDisallow: /settings/\n", type: "text/plain"
            )
        }
        // https://www.w3.org/TR/appmanifest/
        routes.get("manifest.webmanifest") { _, _ in
            answer(
                """
                {"name": "Isntgram", "short_name": "Isntgram", "id": "/", "start_url": "/", "display": "standalone",
                "background_color": "#101314", "theme_color": "#101314", "description": "A photo community",
                "icons": [{"src": "/favicon.svg", "type": "image/svg+xml", "sizes": "any"},
                {"src": "\(Assets.path("icon-192.png"))", "type": "image/png", "sizes": "192x192", "purpose": "any maskable"},
                {"src": "\(Assets.path("icon-512.png"))", "type": "image/png", "sizes": "512x512", "purpose": "any maskable"}]}

                """, type: "application/manifest+json")
        }
        return routes
    }

    private static func answer(_ text: String, type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "\(type); charset=utf-8", .cacheControl: "public, max-age=3600"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
