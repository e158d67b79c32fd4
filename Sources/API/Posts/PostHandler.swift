import Core
import Hummingbird
import Web

/// Returns a handler that applies a rule to the post in the path.
func postHandler(
    _ rule: @escaping @Sendable (ID<Post>, Viewer) async throws -> Void
) -> Route.Handler<MemberContext> {
    { _, context in
        try await rule(try context.id(of: Post.self, called: "post"), context.member)
        return .noContent
    }
}
