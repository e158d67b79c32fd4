import Core
import Hummingbird
import Web

/// Routes for followers, followed people and follow requests.
struct FollowRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("users/{username}/followers", .anyone, use: followers),
            .get("users/{username}/following", .anyone, use: following),
            .post(
                "users/{username}/follow", .member, limits: [.follows],
                use: usernameHandler(community.follows.follow)),
            .delete("users/{username}/follow", .member, use: usernameHandler(community.follows.unfollow)),
            .delete(
                "users/{username}/follower", .member, use: usernameHandler(community.follows.removeFollower)),
            .get("follow-requests", .member, use: requests),
            .post(
                "follow-requests/{username}/accept", .member, use: usernameHandler(community.follows.accept)),
            .post(
                "follow-requests/{username}/reject", .member, use: usernameHandler(community.follows.reject)),
        ]
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.followers(
            of: try context.parameters.require("username"), for: context.viewer,
            page: try request.page(of: .followers))
        return page.response(to: request, at: site, as: .followers)
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.follows.following(
            by: try context.parameters.require("username"), for: context.viewer,
            page: try request.page(of: .following))
        return page.response(to: request, at: site, as: .following)
    }

    @Sendable func requests(_ request: Request, _ context: MemberContext) async throws -> Response {
        let page = try await community.follows.requests(
            to: context.member, page: try request.page(of: .requests))
        return page.response(to: request, at: site, as: .requests)
    }
}

/// Returns a handler that applies a rule to the username in the path.
func usernameHandler(_ rule: @escaping @Sendable (String, Viewer) async throws -> Void)
    -> Route.Handler<MemberContext>
{
    { _, context in
        try await rule(try context.parameters.require("username"), context.member)
        return .noContent
    }
}
