import Core
import Hummingbird
import Web

/// Routes to like posts and comments, list likes, and save posts.
struct LikeRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("posts/{id}/likes", .anyone, use: likers),
            .post("posts/{id}/like", .member, limits: [.likes], use: postHandler(community.likes.like)),
            .delete("posts/{id}/like", .member, use: postHandler(community.likes.unlike)),
            .post("posts/{id}/save", .member, use: postHandler(community.saves.save)),
            .delete("posts/{id}/save", .member, use: postHandler(community.saves.unsave)),
            .post("comments/{id}/like", .member, limits: [.likes], use: commentHandler(community.likes.like)),
            .delete("comments/{id}/like", .member, use: commentHandler(community.likes.unlike)),
            .get("saved", .member, use: saved),
        ]
    }

    /// Returns a handler that applies a rule to the post in the path.
    private func postHandler(
        _ rule: @escaping @Sendable (ID<Post>, Viewer) async throws -> Void
    ) -> Route.Handler<MemberContext> {
        { _, context in
            try await rule(try context.id(of: Post.self, called: "post"), context.member)
            return .noContent
        }
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

    @Sendable func saved(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.saves.all(of: context.member, page: try request.page(of: .saved)).response(
            to: request, at: site, as: .saved)
    }
}
