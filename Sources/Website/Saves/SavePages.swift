import Core
import HTML
import Hummingbird
import Web

/// The list of saved posts, and the buttons that save a post.
struct SavePages {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("saved", .memberOrSignIn, use: saved),
            .post("p/{code}/save", .member, use: postAction(community.saves.save)),
            .post("p/{code}/unsave", .member, use: postAction(community.saves.unsave)),
        ]
    }

    @Sendable func saved(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let page = try await community.saves.all(for: viewer, page: try request.page())
        let empty: HTML = #"<p class="empty">Posts you save appear here. Only you can see them.</p>"#
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            "Saved",
            """
            <h1 class="inset">Saved</h1>\(pageContext.grid(page.items, empty: empty))\
            \(nextPageLink("/saved", page.nextCursor))
            """)
    }
}
