import Storage

/// The rules of commenting.
package struct Comments: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let clock: WallClock
    let notifier: Notifier
    let deletions: PurgeScheduler

    /// Adds a comment to a post, or a reply to a comment. Replies are one level deep: a reply to a reply
    /// becomes a reply to the top-level comment. With a key that was used before, it returns the comment that
    /// was added then.
    package func add(
        _ text: String, to post: ID<Post>, replyTo repliedTo: ID<Comment>? = nil, by viewer: Viewer,
        key: RequestKey? = nil
    ) async throws -> Comment {
        let text = text.prose
        var check = FieldCheck()
        check.require(!text.isEmpty, "text", "Write something first.")
        check.add(
            "text", TextLimit.fault(in: text, named: "A comment", atMost: Comment.textLimit, as: .prose))
        try check.finish()
        let request = KeyedRequest(
            key, by: viewer, to: "comment \(post)", contents: [text, repliedTo?.description ?? ""])
        return try await request.once(at: clock.now(), in: storage) { id, connection in
            try CommentRecords.find(ID(id), for: viewer.id, in: connection)
        } make: { [text] in
            try await add(text, to: post, replyTo: repliedTo, by: viewer, request)
        }
    }

    private func add(
        _ text: String, to post: ID<Post>, replyTo repliedTo: ID<Comment>?, by viewer: Viewer,
        _ request: KeyedRequest?
    ) async throws -> Comment {
        let time = clock.now()
        let mentions = RichText(text).mentions
        return try await notifier.write { [ids] connection, notifications in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            let postAuthor = try PostRecords.author(of: post, for: viewer.id, in: connection)
            let parent = try repliedTo.map { try Self.parent($0, of: post, for: viewer, in: connection) }
            let comment = Comment(
                id: ids.next(), post: post, author: viewer.summary, text: text, replyTo: parent?.topLevel,
                likesCount: 0, likedByViewer: false, createdAt: time, deletableByViewer: true)
            try request?.record(comment.id.value, at: time, in: connection)
            try CommentRecords.insert(comment, in: connection)
            notifications = Self.notifications(of: comment, replyingTo: parent?.author, on: postAuthor)
            for mentioned in try NotificationRecords.people(named: mentions, in: connection)
            where !notifications.contains(where: { $0.recipient == mentioned }) {
                notifications.append(
                    NewNotification(.mention, by: viewer.id, for: mentioned, post: post, comment: comment.id))
            }
            return comment
        }
    }

    private static func parent(
        _ id: ID<Comment>, of post: ID<Post>, for viewer: Viewer, in connection: any Connection
    ) throws -> (topLevel: ID<Comment>, author: ID<Account>) {
        let missing = Problem(.invalid, field: "replyToId", "The comment to reply to no longer exists.")
        do {
            let found = try CommentRecords.place(of: id, for: viewer.id, in: connection)
            guard found.post == post else { throw missing }
            return (found.replyTo ?? id, found.author)
        } catch is Problem {
            // Only a `Problem` says that the comment is missing; errors of the storage pass through.
            throw missing
        }
    }

    /// Returns the notifications of a comment: one for the author of the comment that it replies to, and one
    /// for the author of the post, unless they are the same person.
    private static func notifications(
        of comment: Comment, replyingTo author: ID<Account>?, on postAuthor: ID<Account>
    ) -> [NewNotification] {
        var notifications: [NewNotification] = []
        if let author {
            notifications.append(
                NewNotification(
                    .reply, by: comment.author.id, for: author, post: comment.post, comment: comment.id)
            )
        }
        if author != postAuthor {
            notifications.append(
                NewNotification(
                    .comment, by: comment.author.id, for: postAuthor, post: comment.post, comment: comment.id)
            )
        }
        return notifications
    }

    /// Returns the comments of a post, oldest first.
    package func of(_ post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> Page<Comment> {
        try await storage.read { connection in
            _ = try PostRecords.author(of: post, for: viewer?.id, in: connection)
            return try Self.page(page, of: post, for: viewer, in: connection)
        }
    }

    /// Deletes a comment and the replies to it. The author of the comment may always delete it. The author
    /// of the post may delete it too, even if it is hidden because they block its author.
    /// - Returns: the post of the comment.
    @discardableResult
    package func delete(_ id: ID<Comment>, by viewer: Viewer) async throws -> ID<Post> {
        try await storage.write { [deletions] connection in
            if let post = try CommentRecords.post(of: id, by: viewer.id, in: connection) {
                try CommentRecords.delete(id, of: post, in: connection)
                try deletions.schedule(in: connection)
                return post
            }
            let found = try CommentRecords.place(
                of: id, for: viewer.id, isForDeletion: true, in: connection)
            guard viewer.id == found.postAuthor else {
                throw Problem(.forbidden, "Only the author of the comment or of the post can delete it.")
            }
            try CommentRecords.delete(id, of: found.post, in: connection)
            try deletions.schedule(in: connection)
            return found.post
        }
    }

    static func page(
        _ page: PageRequest, of post: ID<Post>, for viewer: Viewer?, in connection: any Connection
    ) throws -> Page<Comment> {
        let comments = try CommentRecords.of(post, for: viewer?.id, page: page, in: connection)
        return Page(comments, limit: page.limit, cursor: \.id)
    }
}
