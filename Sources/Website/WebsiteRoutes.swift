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

    package init(community: Community, site: Site, uploads: UploadFolder, cookies: SiteCookies) {
        self.community = community
        self.site = site
        self.uploads = uploads
        self.cookies = cookies
    }

    /// Adds every page to the site's router.
    package func add(to router: Router<WebContext>) {
        router.addRoutes(Assets.routes)
        router.addRoutes(AccountPages(community: community, cookies: cookies).routes)
        router.addRoutes(FeedPages(community: community, cookies: cookies).routes)
        router.addRoutes(PostPages(community: community, uploads: uploads, site: site, cookies: cookies).routes)
        router.addRoutes(ProfilePages(community: community, cookies: cookies).routes)
        router.get("robots.txt") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: "User-agent: *\nDisallow: /api/\nDisallow: /create\n")))
        }
        router.get("about") { [cookies] _, context in
            Visit(context, cookies: cookies).page("About", AboutPage.html)
        }
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
        <p>Programs can do what people can do here: see the <a href="/api/me">JSON API</a>.</p></div>
        """
}
