import Storage

/// The rules of commenting.
package struct Comments: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let clock: Clock

    /// A post and the first comments under it, read together.
    package struct PostPage: Sendable {
        package let post: Post
        package let comments: Page<Comment>
    }

    package func add(_ text: String, to post: ID<Post>, by viewer: Viewer) async throws -> Comment {
        let text = text.unixLines.trimmed
        var check = FieldCheck()
        check.require(!text.isEmpty, "text", "Write something first.")
        check.add("text", TextLimit.fault(in: text, named: "A comment", atMost: Comment.textLimit))
        try check.done()
        let time = clock.now()
        return try await storage.write { [ids, text] connection in
            guard try PostRecords.author(of: post, in: connection) != nil else { throw Problem.notFound("post") }
            let comment = Comment(
                id: ids.next(), post: post, author: viewer.summary, text: text, createdAt: time,
                deletableByViewer: true)
            try CommentRecords.insert(comment, in: connection)
            return comment
        }
    }

    /// The comments of a post, oldest first.
    package func of(_ post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> Page<Comment> {
        try await storage.read { connection in
            guard try PostRecords.author(of: post, in: connection) != nil else { throw Problem.notFound("post") }
            return try Self.page(page, of: post, for: viewer, in: connection)
        }
    }

    /// A post with its comments, as its page shows them.
    package func page(of post: ID<Post>, for viewer: Viewer?, page: PageRequest) async throws -> PostPage {
        try await storage.read { connection in
            PostPage(
                post: try Posts.find(post, for: viewer, in: connection),
                comments: try Self.page(page, of: post, for: viewer, in: connection))
        }
    }

    /// Takes a comment out; its author and the post's author may.
    /// - Returns: the post it stood under.
    @discardableResult
    package func delete(_ id: ID<Comment>, by viewer: Viewer) async throws -> ID<Post> {
        try await storage.write { connection in
            guard let found = try CommentRecords.owners(of: id, in: connection) else {
                throw Problem.notFound("comment")
            }
            guard viewer.id == found.author || viewer.id == found.postAuthor else {
                throw Problem(.forbidden, "Only its author and the post’s author may delete a comment.")
            }
            try CommentRecords.delete(id, of: found.post, in: connection)
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
