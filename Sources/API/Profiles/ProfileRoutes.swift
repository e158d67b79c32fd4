import Core
import Hummingbird
import Web

/// Routes for profiles and their posts.
struct ProfileRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("users/{username}", .anyone, use: profile),
            .get("users/{username}/posts", .anyone, use: posts),
        ]
    }

    @Sendable func profile(_ request: Request, _ context: WebContext) async throws -> Response {
        let profile = try await community.profiles.find(
            try context.parameters.require("username"), for: context.viewer)
        return .json(UserBody(account: profile.account, site: site, relationship: profile.relationship))
    }

    @Sendable func posts(_ request: Request, _ context: WebContext) async throws -> Response {
        let found = try await community.profiles.withPosts(
            of: try context.parameters.require("username"), for: context.viewer,
            page: try request.page(of: .profile))
        return found.posts.response(to: request, at: site, as: .profile)
    }
}
