import Core
import Hummingbird
import Web

/// People: their profiles, whom they follow, following them, and who asks to follow.
struct FollowRoutes {
    let community: Community
    let site: Site

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("users/:username", use: user)
        routes.get("users/:username/posts", use: posts)
        routes.get("users/:username/followers", use: followers)
        routes.get("users/:username/following", use: following)
        routes.post("users/:username/follow") { _, context in try await change(context, community.follows.follow) }
        routes.delete("users/:username/follow") { _, context in try await change(context, community.follows.unfollow) }
        routes.delete("users/:username/follower") { _, context in
            try await change(context, community.follows.removeFollower)
        }
        routes.get("follow-requests", use: requests)
        routes.post("follow-requests/:username/accept") { _, context in
            try await change(context, community.follows.accept)
        }
        routes.post("follow-requests/:username/reject") { _, context in
            try await change(context, community.follows.reject)
        }
        return routes
    }

    @Sendable func user(_ request: Request, _ context: WebContext) async throws -> Response {
        let profile = try await community.follows.profile(try context.parameters.require("username"), for: context.viewer)
        return .json(UserBody(account: profile.account, site: site, relationship: profile.relationship))
    }

    @Sendable func posts(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.posts.of(
            try context.parameters.require("username"), for: context.viewer, page: try request.page())
        return page.posts.answer(to: request, at: site)
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.followers(
            of: try context.parameters.require("username"), for: context.viewer, page: try request.page())
        return page.answer(to: request, at: site)
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.following(
            by: try context.parameters.require("username"), for: context.viewer, page: try request.page())
        return page.answer(to: request, at: site)
    }

    @Sendable func requests(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.requests(to: try context.member(), page: try request.page())
        return page.answer(to: request, at: site)
    }
}

/// Does to the person in the path what `rule` says.
func change(_ context: WebContext, _ rule: (String, Viewer) async throws -> Void) async throws -> Response {
    try await rule(try context.parameters.require("username"), try context.member())
    return .noContent
}
