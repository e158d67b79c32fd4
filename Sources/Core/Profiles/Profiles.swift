import Storage

/// A member's account as a viewer sees it, and the relationship between the two.
package struct Profile: Sendable {
    package let account: Account
    /// Nil for visitors who are not signed in, and for the viewer's own profile.
    package let relationship: Relationship?
    /// Whether the viewer may see the posts.
    package let showsPosts: Bool
}

/// The rules of profiles.
package struct Profiles: Sendable {
    let storage: any Storage

    /// Returns the profile of `username` as the viewer may see it.
    /// - Throws: ``Problem``: `notFound`.
    package func find(_ username: String, for viewer: Viewer?) async throws -> Profile {
        let name = Username.normalized(username)
        return try await storage.read { try Self.find(name, for: viewer, in: $0) }
    }

    /// Returns a profile with a page of its posts, newest first, from the same transaction.
    package func withPosts(
        of username: String, for viewer: Viewer?, page: PageRequest
    ) async throws -> (profile: Profile, posts: Page<Post>) {
        let name = Username.normalized(username)
        return try await storage.read { connection in
            let profile = try Self.find(name, for: viewer, in: connection)
            let posts = try PostRecords.by(profile.account.id, for: viewer?.id, page: page, in: connection)
            return (profile, Page(posts, limit: page.limit, cursor: \.id))
        }
    }

    static func find(_ username: String, for viewer: Viewer?, in connection: any Connection) throws
        -> Profile
    {
        guard let account = try AccountRecords.find(username: username, for: viewer?.id, in: connection)
        else {
            throw Problem.notFound("account")
        }
        guard let viewer, viewer.id != account.id else {
            return Profile(
                account: account, relationship: nil, showsPosts: !account.isPrivate || viewer != nil)
        }
        let relationship = try FollowRecords.relationship(of: viewer.id, to: account.id, in: connection)
        let isOpen = !account.isPrivate || relationship?.following == true
        return Profile(
            account: account, relationship: relationship, showsPosts: isOpen && relationship?.blocking != true
        )
    }
}
