/// A post with its comments and the adjacent posts, all read in the same transaction.
package struct PostDetails: Sendable {
    package let post: Post
    /// A page of the comments, oldest first.
    package let comments: Page<Comment>
    package let neighbours: AdjacentPosts
    /// Whether visitors may see it.
    package let isPublic: Bool
}
