import Core
import Hummingbird
import Web

/// Routes to discover posts and people: recent posts, tags, search and suggestions.
struct ExploreRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("explore", .anyone, use: recent),
            .get("tags/{tag}/posts", .anyone, use: tagged),
            .get("search", .anyone, limits: [.searches], use: search),
            .get("suggestions", .member, use: suggestions),
        ]
    }

    private struct TagBody: JSONWritable {
        let tag: TagCount
        func write(to json: inout JSONText) {
            json.object { json in
                json.field("tag", tag.tag)
                json.field("postsCount", tag.postsCount)
            }
        }
    }

    @Sendable func recent(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.explore.recent(for: context.viewer, page: try request.page(of: .explore))
            .response(to: request, at: site, as: .explore)
    }

    @Sendable func tagged(_ request: Request, _ context: WebContext) async throws -> Response {
        let found = try await community.explore.posts(
            tagged: try context.pathText("tag"), for: context.viewer, page: try request.page(of: .tag))
        return found.posts.response(to: request, at: site, as: .tag)
    }

    @Sendable func search(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let text = request.queryItem("q") else {
            throw Problem(.unreadable, field: "q", "“q” must contain the text to search for.")
        }
        let query = try SearchQuery(text)
        switch request.queryItem("type") {
        case nil, "users":
            let page = try request.page(of: .search, by: PersonPosition.self)
            return try await community.search.people(query, for: context.viewer, page: page)
                .response(to: request, at: site, as: .search)
        case "posts":
            let page = try request.page(of: .search, by: PostPosition.self)
            return try await community.search.posts(query, for: context.viewer, page: page)
                .response(to: request, at: site, as: .search)
        case "tags":
            let page = try request.page(of: .search, by: TagPosition.self)
            return try await community.search.tags(query, for: context.viewer, page: page)
                .response(to: request, at: site, as: .search) { TagBody(tag: $0) }
        default: throw Problem(.unreadable, field: "type", "“type” must be users, tags or posts.")
        }
    }

    @Sendable func suggestions(_ request: Request, _ context: MemberContext) async throws -> Response {
        let limit = try PageRequest(cursor: nil, limit: request.queryItem("limit")).limit
        let found = try await community.explore.suggestions(for: context.member, limit: limit)
        return .json(ListBody(items: found.map { SummaryBody(account: $0, site: site) }, nextCursor: nil))
    }
}
