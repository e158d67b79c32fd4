import Core
import HTML
import Hummingbird
import Web

/// The list of people who like a post, and the buttons that like posts and comments.
struct LikePages {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("p/{code}/likes", .anyone, use: likers),
            .post("p/{code}/like", .member, limits: [.likes], use: postAction(community.likes.like)),
            .post("p/{code}/unlike", .member, use: postAction(community.likes.unlike)),
            .post("comments/{id}/like", .member, limits: [.likes], use: commentAction(community.likes.like)),
            .post("comments/{id}/unlike", .member, use: commentAction(community.likes.unlike)),
        ]
    }

    @Sendable func likers(_ request: Request, _ context: WebContext) async throws -> Response {
        let post = try context.postID()
        let page = try await community.likes.likers(of: post, for: context.viewer, page: try request.page())
        let path = Site.post(post)
        let pageContext = PageContext(context, cookies: cookies)
        let list = try await pageContext.followList(page.items, empty: "No likes yet.", community: community)
        return pageContext.page(
            "Likes",
            """
            <div class="narrow"><h1>Likes</h1>\(list)
            \(nextPageLink("\(path)/likes", page.nextCursor))<p>\
            <a href="\(url: path)">Back to the post</a></p></div>
            """)
    }
}
