import Core
import Hummingbird
import Web

/// A comment in JSON.
struct CommentBody: Encodable, Sendable {
    let id: ID<Comment>
    let postId: ID<Post>
    let author: UserSummaryBody
    let text: String
    let replyToId = Nullable<String>(value: nil)
    let likesCount = 0
    let likedByMe = false
    let createdAt: String

    init(_ comment: Comment) {
        id = comment.id
        postId = comment.post
        author = UserSummaryBody(comment.author)
        text = comment.text
        createdAt = Timestamp(comment.createdAt).rfc3339
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
        return try page.answer(to: request, at: site) { CommentBody($0) }
    }

    @Sendable func add(_ request: Request, _ context: WebContext) async throws -> Response {
        let viewer = try context.member()
        let post = try context.id(of: Post.self, called: "post")
        let comment = try await community.comments.add(
            try await request.json(NewComment.self).text, to: post, by: viewer)
        return try .json(CommentBody(comment), status: .created)
    }

    @Sendable func delete(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: try context.member())
        return .noContent
    }
}
