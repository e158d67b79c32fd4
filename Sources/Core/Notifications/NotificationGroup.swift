/// News for a member: what somebody, or several, did that concerns them.
package struct NotificationGroup: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case like, comment, reply, mention, follow, request, accepted
        case commentLike = "comment_like"
    }

    /// The newest of what is grouped; also the cursor.
    package let id: Int64
    package let kind: Kind
    /// Who did it, the last first, three at most.
    package let actors: [AccountSummary]
    /// How many did it.
    package let count: Int
    package let post: ID<Post>?
    /// What the post shows, for a small picture beside the words.
    package let photo: Photo?
    package let comment: ID<Comment>?
    package let commentText: String?
    package let isUnread: Bool
    /// Milliseconds since 1970.
    package let createdAt: Int64
}

/// Something that a rule tells somebody of.
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
