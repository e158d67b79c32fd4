import Core
import Hummingbird
import Web

extension HandlerContext {
    /// The post whose code is in the path.
    /// - Throws: ``Problem`` of kind `notFound`.
    func postID() throws -> ID<Post> {
        guard let code = web.parameters.get("code"), let id = ID<Post>(code: code) else {
            throw Problem.notFound("post")
        }
        return id
    }
}

/// Handles a button under a post: applies the rule, and redirects back to the page with the button.
func postAction(
    _ rule: @escaping @Sendable (ID<Post>, Viewer) async throws -> Void
) -> Route.Handler<MemberContext> {
    { request, context in
        let form = try await request.form(context)
        let post = try context.postID()
        try await rule(post, context.member)
        return .seeOther(returnPath(from: form, default: Site.post(post)))
    }
}

/// Handles a button under a comment.
func commentAction(
    _ rule: @escaping @Sendable (ID<Comment>, Viewer) async throws -> ID<Post>
) -> Route.Handler<MemberContext> {
    { request, context in
        _ = try await request.form(context)
        let comment = try context.id(of: Comment.self, called: "comment")
        let post = try await rule(comment, context.member)
        return .seeOther("\(Site.post(post))#comment-\(comment)")
    }
}
