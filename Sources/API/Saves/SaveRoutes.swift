import Core
import Hummingbird
import Web

/// Routes to save posts, and to list the saved posts.
struct SaveRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("saved", .member, use: saved),
            .post("posts/{id}/save", .member, use: postHandler(community.saves.save)),
            .delete("posts/{id}/save", .member, use: postHandler(community.saves.unsave)),
        ]
    }

    @Sendable func saved(_ request: Request, _ context: MemberContext) async throws -> Response {
        let page = try await community.saves.all(for: context.member, page: try request.page(of: .saved))
        return page.response(to: request, at: site, as: .saved)
    }
}
