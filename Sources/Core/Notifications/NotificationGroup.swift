/// Notifications for a member about the same kind of action, grouped: what one or more people did that
/// concerns them.
package struct NotificationGroup: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case like, comment, reply, mention, follow, request, accepted
        case commentLike = "comment_like"
    }

    /// The id of the newest notification of the group; also the cursor.
    package let id: Int64
    package let kind: Kind
    /// At most three of the people who did it, latest first.
    package let actors: [AccountSummary]
    /// How many people did it.
    package let count: Int
    package let post: ID<Post>?
    /// The first photo of the post, shown as a small picture beside the text.
    package let photo: Photo?
    package let comment: ID<Comment>?
    package let commentText: String?
    package let isUnread: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
}

/// A notification that a rule creates.
struct NewNotification {
    let kind: NotificationGroup.Kind
    let actor: ID<Account>
    let recipient: ID<Account>
    let post: ID<Post>?
    let comment: ID<Comment>?

    init(
        _ kind: NotificationGroup.Kind, by actor: ID<Account>, for recipient: ID<Account>,
        post: ID<Post>? = nil,
        comment: ID<Comment>? = nil
    ) {
        self.kind = kind
        self.actor = actor
        self.recipient = recipient
        self.post = post
        self.comment = comment
    }
}
