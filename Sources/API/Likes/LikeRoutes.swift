import Core
import Hummingbird
import Web

/// Liking posts and comments, who liked, and saving posts.
struct LikeRoutes {
    let community: Community
    let site: Site

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("posts/:id/likes", use: likers)
        routes.post("posts/:id/like") { _, context in try await post(context, community.likes.like) }
        routes.delete("posts/:id/like") { _, context in try await post(context, community.likes.unlike) }
        routes.post("posts/:id/save") { _, context in try await post(context, community.saves.save) }
        routes.delete("posts/:id/save") { _, context in try await post(context, community.saves.unsave) }
        routes.post("comments/:id/like") { _, context in
            try await community.likes.like(
                try context.id(of: Comment.self, called: "comment"), by: try context.member())
            return Response.noContent
        }
        routes.delete("comments/:id/like") { _, context in
            try await community.likes.unlike(
                try context.id(of: Comment.self, called: "comment"), by: try context.member())
            return Response.noContent
        }
        routes.get("saved", use: saved)
        return routes
    }

    private func post(
        _ context: WebContext, _ rule: (ID<Post>, Viewer) async throws -> Void
    ) async throws -> Response {
        try await rule(try context.id(of: Post.self, called: "post"), try context.member())
        return .noContent
    }

    @Sendable func likers(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.likes.likers(
            of: try context.id(of: Post.self, called: "post"), for: context.viewer, page: try request.page())
        return page.answer(to: request, at: site)
    }

    @Sendable func saved(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.saves.all(of: try context.member(), page: try request.page()).answer(to: request, at: site)
    }
}
