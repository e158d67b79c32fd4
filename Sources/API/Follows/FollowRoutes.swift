import Core
import Hummingbird
import Web

/// People: their profiles, whom they follow, and following them.
struct FollowRoutes {
    let community: Community
    let site: Site

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("users/:username", use: user)
        routes.get("users/:username/posts", use: posts)
        routes.get("users/:username/followers", use: followers)
        routes.get("users/:username/following", use: following)
        routes.post("users/:username/follow", use: follow)
        routes.delete("users/:username/follow", use: unfollow)
        return routes
    }

    @Sendable func user(_ request: Request, _ context: WebContext) async throws -> Response {
        let profile = try await community.follows.profile(try context.parameters.require("username"), for: context.viewer)
        return .json(UserBody(account: profile.account, relationship: profile.relationship))
    }

    @Sendable func posts(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.posts.of(
            try context.parameters.require("username"), for: context.viewer, page: try request.page())
        return page.posts.answer(to: request, at: site) { PostBody(post: $0, site: site) }
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.followers(
            of: try context.parameters.require("username"), page: try request.page())
        return page.answer(to: request, at: site) { $0 }
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.following(
            by: try context.parameters.require("username"), page: try request.page())
        return page.answer(to: request, at: site) { $0 }
    }

    @Sendable func follow(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.follows.follow(try context.parameters.require("username"), by: try context.member())
        return .noContent
    }

    @Sendable func unfollow(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.follows.unfollow(try context.parameters.require("username"), by: try context.member())
        return .noContent
    }
}
