import Storage

/// The rules of posts.
package struct Posts: Sendable {
    let storage: any Storage
    let photos: Photos
    let directUploads: DirectUploads
    let ids: IDSequence
    let clock: WallClock
    let notifier: Notifier
    let deletions: PurgeScheduler

    /// Publishes a post of one to ten photos. When this returns, the post and its files survive a power
    /// failure. When it throws, nothing is stored. With a key that was used before, it returns the post that
    /// was published then.
    package func publish(_ draft: PostDraft, by viewer: Viewer, key: RequestKey? = nil) async throws -> Post {
        let draft = try draft.checked()
        let request = KeyedRequest(key, by: viewer, to: "post", contents: draft.contents)
        return try await request.once(at: clock.now(), in: storage) { id, connection in
            try Self.find(ID(id), for: viewer, in: connection)
        } make: {
            try await publish(draft, by: viewer, request)
        }
    }

    private func publish(_ draft: PostDraft, by viewer: Viewer, _ request: KeyedRequest?) async throws -> Post
    {
        let uploads: [PhotoUpload] = if case .uploads(let uploads) = draft.photos { uploads } else { [] }
        if case .added(let added) = draft.photos { try await directUploads.processUploads(added, by: viewer) }
        let time = clock.now()
        let (post, recipients) = try await photos.store(uploads, of: viewer) {
            [ids, notifier] stored, connection in
            // The id is created inside the transaction, so that later posts have greater ids even if several
            // wait for the writer.
            try Accounts.rejectDemoAccount(viewer, in: connection)
            let id = ids.next(Post.self)
            try request?.record(id.value, at: time, in: connection)
            try PostRecords.insert(id, draft, by: viewer.id, at: time, in: connection)
            for (position, photo) in stored.enumerated() {
                try PhotoRecords.insert(photo, of: viewer.id, post: (id, position), at: time, in: connection)
            }
            if case .added(let added) = draft.photos {
                for (position, photo) in added.enumerated()
                where try !PhotoRecords.attach(
                    photo, of: viewer.id, to: id, position: position, in: connection)
                {
                    throw Problem.notUnposted(photo)
                }
            }
            let post = try Self.find(id, for: viewer, in: connection)
            try PostRecords.index(post, in: connection)
            let notifications = try Self.notifications(
                for: RichText(post.caption).mentions, in: post, in: connection)
            return (post, try notifier.record(notifications, in: connection))
        }
        await notifier.publish(to: recipients)
        return post
    }

    /// Changes the caption, the location or the alt texts of a post.
    /// - Throws: ``Problem``: `notFound`, `forbidden` if the viewer is not the author, `invalid`.
    package func edit(_ id: ID<Post>, _ edit: PostEdit, by viewer: Viewer) async throws -> Post {
        let edit = try edit.checked()
        let time = clock.now()
        return try await notifier.write { [deletions] connection, notifications in
            let before = try Self.find(id, for: viewer, in: connection)
            guard before.author.id == viewer.id else {
                throw Problem(.forbidden, "Only the author can edit this post.")
            }
            try PostRecords.edit(id, edit, at: time, in: connection)
            for (photo, text) in edit.altTexts
            where try !PhotoRecords.setAltText(text, of: photo, in: id, in: connection) {
                throw Problem(.invalid, field: "media", "Photo \(photo) does not belong to this post.")
            }
            let post = try Self.find(id, for: viewer, in: connection)
            if post.texts != before.texts { try deletions.schedule(in: connection) }
            try PostRecords.index(post, in: connection)
            let known = Set(RichText(before.caption).mentions)
            let new = RichText(post.caption).mentions.filter { !known.contains($0) }
            notifications = try Self.notifications(for: new, in: post, in: connection)
            return post
        }
    }

    private static func notifications(
        for mentions: [String], in post: Post, in connection: any Connection
    ) throws -> [NewNotification] {
        try NotificationRecords.people(named: mentions, in: connection).map {
            NewNotification(.mention, by: post.author.id, for: $0, post: post.id)
        }
    }

    package func find(_ id: ID<Post>, for viewer: Viewer?) async throws -> Post {
        try await storage.read { try Self.find(id, for: viewer, in: $0) }
    }

    /// Returns a post with its comments and its neighbours.
    package func details(
        of id: ID<Post>, for viewer: Viewer?, comments page: PageRequest
    ) async throws -> PostDetails {
        try await storage.read { connection in
            let post = try Self.find(id, for: viewer, in: connection)
            return PostDetails(
                post: post, comments: try Comments.page(page, of: id, for: viewer, in: connection),
                neighbours: try PostRecords.neighbours(of: id, by: post.author.id, in: connection),
                isPublic: try AccountRecords.find(post.author.id, in: connection)?.isPrivate == false)
        }
    }

    /// Deletes a post with its comments, likes and files.
    /// - Throws: ``Problem``: `notFound`, or `forbidden` if the viewer is not the author.
    package func delete(_ id: ID<Post>, by viewer: Viewer) async throws {
        let removed = try await storage.write { [photos, deletions] connection in
            let author = try PostRecords.author(of: id, for: viewer.id, in: connection)
            guard author == viewer.id else {
                throw Problem(.forbidden, "Only the author can delete this post.")
            }
            let removed = try photos.enqueueRemoval(
                of: PhotoRecords.files(of: id, in: connection), in: connection)
            try PostRecords.delete(id, by: author, in: connection)
            try deletions.schedule(in: connection)
            return removed
        }
        await photos.startRemoval(of: removed)
    }

    static func find(_ id: ID<Post>, for viewer: Viewer?, in connection: any Connection) throws -> Post {
        guard let post = try PostRecords.find(id, for: viewer?.id, in: connection) else {
            throw Problem.notFound("post")
        }
        return post
    }
}

extension Post {
    /// All texts that the author wrote.
    fileprivate var texts: [String] { [caption, location] + photos.map(\.altText) }
}
