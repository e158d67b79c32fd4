import Core
import Hummingbird
import Web

/// A comment in JSON.
extension Comment: JSONWritable {
    package func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", id.description)
            json.field("postId", post.description)
            json.field("authorId", author.id.description)
            json.field("author", author)
            json.field("text", text)
            json.field("replyToId", orNull: nil)
            json.field("likesCount", 0)
            json.field("likedByMe", false)
            json.field("createdAt", Timestamp(createdAt).rfc3339)
        }
    }
}

/// Comments: reading, writing, deleting.
struct CommentRoutes {
    let community: Community
    let site: Site

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get("posts/:id/comments", use: list)
        routes.post("posts/:id/comments", use: add)
        routes.delete("comments/:id", use: delete)
        return routes
    }

    private struct NewComment: Decodable { let text: String }

    @Sendable func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.comments.of(
            try context.id(of: Post.self, called: "post"), for: context.viewer, page: try request.page())
        return page.answer(to: request, at: site) { $0 }
    }

    @Sendable func add(_ request: Request, _ context: WebContext) async throws -> Response {
        let viewer = try context.member()
        let post = try context.id(of: Post.self, called: "post")
        let comment = try await community.comments.add(
            try await request.json(NewComment.self).text, to: post, by: viewer)
        return .json(comment, status: .created)
    }

    @Sendable func delete(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: try context.member())
        return .noContent
    }
}
