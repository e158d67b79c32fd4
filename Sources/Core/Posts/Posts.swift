import Storage

/// The rules of posts.
package struct Posts: Sendable {
    let storage: any Storage
    let photos: Photos
    let ids: IDSequence
    let clock: Clock

    /// A profile and the first posts of it, read together.
    package struct ProfilePage: Sendable {
        package let profile: Profile
        package let posts: Page<Post>
    }

    /// Posts one to ten photos. When this returns, the post and its files survive a power cut; when it throws,
    /// nothing of it is kept.
    package func publish(_ draft: PostDraft, by viewer: Viewer) async throws -> Post {
        let draft = try draft.checked()
        let uploads: [PhotoUpload] = if case .uploads(let uploads) = draft.photos { uploads } else { [] }
        let time = clock.now()
        return try await photos.keeping(uploads) { [ids] kept, connection in
            // The id is made inside the transaction: later posts then have greater ids also where several wait.
            let id = ids.next(Post.self)
            try PostRecords.insert(id, draft, by: viewer.id, at: time, in: connection)
            for (position, photo) in kept.enumerated() {
                try PhotoRecords.insert(photo, of: viewer.id, post: (id, position), at: time, in: connection)
            }
            if case .added(let added) = draft.photos {
                for (position, photo) in added.enumerated()
                where try !PhotoRecords.attach(photo, of: viewer.id, to: id, position: position, in: connection) {
                    throw Problem(
                        .invalid, field: "mediaIds",
                        "Photo \(photo) is not one of yours that waits to be posted; upload it again.")
                }
            }
            guard let post = try PostRecords.find(id, for: viewer.id, in: connection) else {
                throw Problem.notFound("post")
            }
            return post
        }
    }

    package func find(_ id: ID<Post>, for viewer: Viewer?) async throws -> Post {
        try await storage.read { try Self.find(id, for: viewer, in: $0) }
    }

    /// The posts of one author, newest first, with the author's profile.
    package func of(_ username: String, for viewer: Viewer?, page: PageRequest) async throws -> ProfilePage {
        let name = Username.normalized(username)
        return try await storage.read { connection in
            let profile = try Follows.profile(name, for: viewer, in: connection)
            let posts = try PostRecords.by(profile.account.id, for: viewer?.id, page: page, in: connection)
            return ProfilePage(profile: profile, posts: Page(posts, limit: page.limit, cursor: \.id))
        }
    }

    /// Takes a post out, with its comments, likes and files.
    /// - Throws: ``Problem``: `notFound`, or `forbidden` for somebody else's.
    package func delete(_ id: ID<Post>, by viewer: Viewer) async throws {
        let time = clock.now()
        let files = try await storage.write { connection in
            guard let author = try PostRecords.author(of: id, in: connection) else { throw Problem.notFound("post") }
            guard author == viewer.id else {
                throw Problem(.forbidden, "Only its author may delete a post.")
            }
            let files = try PhotoRecords.release(photosOf: id, at: time, in: connection)
            try PostRecords.delete(id, by: author, in: connection)
            return files
        }
        try await photos.remove(files)
    }

    static func find(_ id: ID<Post>, for viewer: Viewer?, in connection: any Connection) throws -> Post {
        guard let post = try PostRecords.find(id, for: viewer?.id, in: connection) else {
            throw Problem.notFound("post")
        }
        return post
    }
}
