/// What somebody wrote under a post.
package struct Comment: Sendable {
    package static let textLimit = 2200

    package let id: ID<Comment>
    package let post: ID<Post>
    package let author: AccountSummary
    package let text: String
    /// The comment that it answers; answers stand one level deep.
    package let replyTo: ID<Comment>?
    package let likesCount: Int
    package let likedByViewer: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
    /// Whether the viewer may delete it: its author and the post's author may.
    package let deletableByViewer: Bool
}
