import Storage

/// The rules of commenting.
package struct Comments: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let clock: WallClock
    let notifier: Notifier
    let deletions: Deletions

    /// A post and the first comments under it, read together.
    package struct PostPage: Sendable {
        package let post: Post
        package let comments: Page<Comment>
        package let neighbours: Neighbours
        /// Whether a stranger may see it too.
        package let isPublic: Bool
    }

    /// Comments on a post, or answers a comment of it. Answers stand one level deep: an answer to an answer answers what
    /// that one answered.
    package func add(
        _ text: String, to post: ID<Post>, replyTo answered: ID<Comment>? = nil, by viewer: Viewer
    ) async throws -> Comment {
        let text = text.unixLines.trimmed
        var check = FieldCheck()
        check.require(!text.isEmpty, "text", "Write something first.")
        check.add(
            "text", TextLimit.fault(in: text, named: "A comment", atMost: Comment.textLimit, as: .prose))
        try check.done()
        let time = clock.now()
        let mentions = RichText(text).mentions
        return try await notifier.write { [ids, text] connection, notices in
            try Accounts.refuseDemo(viewer, in: connection)
            let postAuthor = try PostRecords.author(of: post, for: viewer.id, in: connection)
            let parent = try answered.map { try Self.parent($0, of: post, for: viewer, in: connection) }
            let comment = Comment(
                id: ids.next(), post: post, author: viewer.summary, text: text, replyTo: parent?.top,
                likesCount: 0,
                likedByViewer: false, createdAt: time, deletableByViewer: true)
            try CommentRecords.insert(comment, in: connection)
            notices = Self.notices(of: comment, answering: parent?.author, on: postAuthor)
            for mentioned in try NotificationRecords.people(named: mentions, in: connection)
            where !notices.contains(where: { $0.recipient == mentioned }) {
                notices.append(
                    NewNotification(.mention, by: viewer.id, for: mentioned, post: post, comment: comment.id))
            }
            return comment
        }
    }

    private static func parent(
        _ id: ID<Comment>, of post: ID<Post>, for viewer: Viewer, in connection: any Connection
    ) throws -> (top: ID<Comment>, author: ID<Account>) {
        let gone = Problem(.invalid, field: "replyToId", "The comment to answer is not there any more.")
        do {
            let found = try CommentRecords.place(of: id, for: viewer.id, in: connection)
            guard found.post == post else { throw gone }
            return (found.replyTo ?? id, found.author)
        } catch is Problem {
            // What the storage reports is no answer to whether the comment is there.
            throw gone
        }
    }

    /// Each person hears of a comment once, for the nearest reason.
    private static func notices(of comment: Comment, answering: ID<Account>?, on postAuthor: ID<Account>)
        -> [NewNotification]
    {
        var notices: [NewNotification] = []
        if let answering {
            notices.append(
                NewNotification(
                    .reply, by: comment.author.id, for: answering, post: comment.post, comment: comment.id)
            )
        }
        if answering != postAuthor {
            notices.append(
                NewNotification(
                    .comment, by: comment.author.id, for: postAuthor, post: comment.post, comment: comment.id)
            )
        }
        return notices
    }

    /// The comments of a post, oldest first.
    package func of(_ post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> Page<Comment> {
        try await storage.read { connection in
            _ = try PostRecords.author(of: post, for: viewer?.id, in: connection)
            return try Self.page(page, of: post, for: viewer, in: connection)
        }
    }

    /// A post with its comments, as its page shows them.
    package func page(of post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> PostPage {
        try await storage.read { connection in
            let found = try Posts.find(post, for: viewer, in: connection)
            return PostPage(
                post: found, comments: try Self.page(page, of: post, for: viewer, in: connection),
                neighbours: try PostRecords.neighbours(of: post, by: found.author.id, in: connection),
                isPublic: try AccountRecords.find(found.author.id, in: connection)?.isPrivate == false)
        }
    }

    /// Takes a comment out with the answers to it; its author may always, and the post's author where they see it.
    /// - Returns: the post it stood under.
    @discardableResult
    package func delete(_ id: ID<Comment>, by viewer: Viewer) async throws -> ID<Post> {
        try await storage.write { [deletions] connection in
            if let post = try CommentRecords.post(of: id, by: viewer.id, in: connection) {
                try CommentRecords.delete(id, of: post, in: connection)
                try deletions.note(in: connection)
                return post
            }
            let found = try CommentRecords.place(of: id, for: viewer.id, in: connection)
            guard viewer.id == found.postAuthor else {
                throw Problem(.forbidden, "Only its author and the post’s author may delete a comment.")
            }
            try CommentRecords.delete(id, of: found.post, in: connection)
            try deletions.note(in: connection)
            return found.post
        }
    }

    private static func page(
        _ page: PageRequest, of post: ID<Post>, for viewer: Viewer?, in connection: any Connection
    ) throws -> Page<Comment> {
        let comments = try CommentRecords.of(post, for: viewer?.id, page: page, in: connection)
        return Page(comments, limit: page.limit, cursor: \.id)
    }
}
