import Core
import Hummingbird
import Web

/// Routes to like posts and comments, and to list likes.
struct LikeRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("posts/{id}/likes", .anyone, use: likers),
            .post("posts/{id}/like", .member, limits: [.likes], use: postHandler(community.likes.like)),
            .delete("posts/{id}/like", .member, use: postHandler(community.likes.unlike)),
            .post("comments/{id}/like", .member, limits: [.likes], use: commentHandler(community.likes.like)),
            .delete("comments/{id}/like", .member, use: commentHandler(community.likes.unlike)),
        ]
    }

    /// Returns a handler that applies a rule to the comment in the path.
    private func commentHandler(
        _ rule: @escaping @Sendable (ID<Comment>, Viewer) async throws -> ID<Post>
    ) -> Route.Handler<MemberContext> {
        { _, context in
            _ = try await rule(try context.id(of: Comment.self, called: "comment"), context.member)
            return .noContent
        }
    }

    @Sendable func likers(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.likes.likers(
            of: try context.id(of: Post.self, called: "post"), for: context.viewer,
            page: try request.page(of: .likes))
        return page.response(to: request, at: site, as: .likes)
    }
}
