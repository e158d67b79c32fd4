import Core
import Hummingbird
import Web

/// The JSON form of a comment.
struct CommentBody: JSONWritable {
    let comment: Comment
    let site: Site

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("id", comment.id.description)
            json.field("postId", comment.post.description)
            json.field("authorId", comment.author.id.description)
            json.field("author", SummaryBody(account: comment.author, site: site))
            json.field("text", comment.text)
            json.field("replyToId", orNull: comment.replyTo?.description)
            json.field("likesCount", comment.likesCount)
            json.field("likedByMe", comment.likedByViewer)
            json.field("createdAt", Timestamp(comment.createdAt).rfc3339)
        }
    }
}

/// Routes to list, add and delete comments.
struct CommentRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("posts/{id}/comments", .anyone, use: list),
            .post("posts/{id}/comments", .member, limits: [.comments], use: add),
            .delete("comments/{id}", .member, use: delete),
        ]
    }

    private struct NewComment: Decodable {
        let text: String
        let replyToId: ID<Comment>?
    }

    @Sendable func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.comments.of(
            try context.id(of: Post.self, called: "post"), for: context.viewer,
            page: try request.page(of: .comments))
        return page.response(to: request, at: site, as: .comments) { CommentBody(comment: $0, site: site) }
    }

    @Sendable func add(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let post = try context.id(of: Post.self, called: "post")
        let body = try await request.json(NewComment.self)
        let comment = try await community.comments.add(
            body.text, to: post, replyTo: body.replyToId, by: viewer, key: try request.idempotencyKey())
        return .json(CommentBody(comment: comment, site: site), status: .created)
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.comments.delete(
            try context.id(of: Comment.self, called: "comment"), by: context.member)
        return .noContent
    }
}
