import Core
import HTML
import Hummingbird
import NIOCore
import Web

/// The routes of the website: every page, and the files that pages load.
package struct WebsiteRoutes: Sendable {
    private let community: Community
    private let site: Site
    private let uploads: UploadFolder
    private let cookies: SiteCookies
    private let operations: [APIOperation]
    private let isDemo: Bool

    package init(
        community: Community, site: Site, uploads: UploadFolder, cookies: SiteCookies,
        operations: [APIOperation], isDemo: Bool
    ) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.cookies = cookies
        self.operations = operations
        self.isDemo = isDemo
    }

    package var routes: [Route] {
        let pages: [[Route]] = [
            general,
            AccountPages(community: community, cookies: cookies, isDemo: isDemo).routes,
            FeedPages(community: community, cookies: cookies, isDemo: isDemo).routes,
            ExplorePages(community: community, cookies: cookies).routes,
            NotificationPages(community: community, cookies: cookies).routes,
            ProfileSettings(community: community, uploads: uploads, cookies: cookies).routes,
            AccountSettings(community: community, cookies: cookies).routes,
            SecuritySettings(community: community, cookies: cookies).routes,
            CredentialSettings(community: community, cookies: cookies).routes,
            APIDocs(operations: operations, cookies: cookies).routes,
            PostPages(community: community, uploads: uploads, site: site, cookies: cookies).routes,
            LikePages(community: community, cookies: cookies).routes,
            SavePages(community: community, cookies: cookies).routes,
            ProfilePages(community: community, site: site, cookies: cookies).routes,
        ]
        let unread = UnreadCountMiddleware(notifications: community.notifications)
        return Assets.routes + WellKnownFiles.routes + pages.flatMap { $0 }.adding(unread)
    }

    /// Pages that belong to no other subject.
    private var general: [Route] {
        var routes: [Route] = [
            .post("settings/theme", .anyone, use: setTheme),
            .get("offline", .anyone) { [cookies] _, context in
                PageContext(context, cookies: cookies).page(
                    "Offline",
                    head: #"<link rel="modulepreload" href="\#(url: Assets.path("offline.js"))">"#,
                    AboutPage.offline)
            },
            .get("about", .anyone) { [cookies] _, context in
                PageContext(context, cookies: cookies).page("About", AboutPage.html)
            },
        ]
        #if DEBUG
            routes.append(
                .get("styleguide", .anyone) { [cookies] _, context in
                    StyleGuide(pageContext: PageContext(context, cookies: cookies)).response
                })
        #endif
        return routes
    }

    @Sendable private func setTheme(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        var response = Response.seeOther(returnPath(from: form, default: "/"))
        (Theme(rawValue: form["theme"]) ?? .system).set(on: &response)
        return response
    }

    /// Renders the error page.
    package static func errorPage(cookies: SiteCookies) -> ErrorResponses.ErrorPage {
        { report, context in
            PageContext(context, cookies: cookies, isErrorPage: true).page(
                report.title, status: report.status,
                """
                <div class="narrow"><h1>\(report.title)</h1><p>\(report.detail)</p>
                <p><a href="/">Go to the home page</a>\
                \(when: report.status == .unauthorized, #" or <a href="/login">sign in</a>"#)</p></div>
                """)
        }
    }
}

enum AboutPage {
    static let html: HTML = """
        <div class="narrow"><h1>About</h1>
        <p>Isntgram is a photo community that one person can host. The administrator of this server decides \
        who can join.</p>
        <p>Location and camera details are removed from every photo before it is stored.</p>
        <p>Apps can do everything that people can do here. See the <a href="/api/docs">JSON API</a>.</p></div>
        """

    static let offline: HTML = """
        <div class="empty" data-offline><h1>You’re offline</h1>\
        <p>Photos you’ve already seen are still here. Everything else needs a connection.</p>
        <p><a class="button" href="/">Try again</a></p></div>
        """
}

/// Files that browsers and crawlers request at fixed paths.
enum WellKnownFiles {
    static var routes: [Route] {
        [
            .get("robots.txt", .unauthenticated) { _, _ in
                file(
                    """
                    User-agent: *
                    Disallow: /api/
                    Disallow: /create
                    Disallow: /search
                    Disallow: /settings/

                    """, type: "text/plain")
            },
            // https://www.w3.org/TR/appmanifest/
            .get("manifest.webmanifest", .unauthenticated) { _, _ in
                file(
                    """
                    {"name": "Isntgram", "short_name": "Isntgram", "id": "/", "start_url": "/", \
                    "display": "standalone",
                    "background_color": "#101314", "theme_color": "#101314", \
                    "description": "A photo community",
                    "icons": [{"src": "/favicon.svg", "type": "image/svg+xml", "sizes": "any"},
                    {"src": "\(Assets.path("icon-192.png"))", "type": "image/png", "sizes": "192x192", \
                    "purpose": "any maskable"},
                    {"src": "\(Assets.path("icon-512.png"))", "type": "image/png", "sizes": "512x512", \
                    "purpose": "any maskable"}]}

                    """, type: "application/manifest+json")
            },
        ]
    }

    private static func file(_ text: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "\(type); charset=utf-8", .cacheControl: "public, max-age=3600"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
