import Storage

/// A comment on a post.
package struct Comment: Sendable {
    package static let textLimit = 2200

    package let id: ID<Comment>
    package let post: ID<Post>
    package let author: AccountSummary
    package let text: String
    /// The comment that this one replies to. Replies are one level deep.
    package let replyTo: ID<Comment>?
    package let likesCount: Int
    package let likedByViewer: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
    /// Whether the viewer may delete it: true for the author of the comment and the author of the post.
    package let deletableByViewer: Bool
}

extension Comment {
    /// The columns of a comment as `viewer` sees it. The query needs `comments c`, `accounts a` for its
    /// author, and `posts p`.
    static func columns(for viewer: ID<Account>?) -> SQL {
        """
        c.id, c.post_id, \(AccountSummary.columns), c.text, c.reply_to_id, \
        c.likes_count - \(Visibility.hiddenCommentLikes(from: viewer)), \
        EXISTS (SELECT 1 FROM comment_likes k WHERE k.comment_id = c.id AND k.account_id = \(viewer)), \
        c.created_at, CASE WHEN \(viewer) IN (c.author_id, p.author_id) THEN 1 ELSE 0 END
        """
    }

    /// Reads a row of ``columns(for:)``.
    init(_ row: inout RowReader) {
        id = row.id()
        post = row.id()
        author = row.value()
        text = row.text()
        replyTo = row.idOrNil()
        likesCount = row.count()
        likedByViewer = row.bool()
        createdAt = row.int()
        deletableByViewer = row.bool()
    }
}
