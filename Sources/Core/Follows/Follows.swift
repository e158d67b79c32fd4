import Storage

/// The relationship between the viewer and another member.
package struct Relationship: Sendable, Equatable {
    package let following: Bool
    /// Whether the viewer has asked to follow this private account.
    package let requested: Bool
    package let followedBy: Bool
    /// Whether the other member has asked to follow the viewer.
    package let requestedBy: Bool
    package let blocking: Bool
    package let muting: Bool
}

/// The rules of following.
package struct Follows: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let notifier: Notifier
    let photos: Photos

    /// Follows a public account, or asks to follow a private one. Idempotent.
    /// - Throws: ``Problem``: `notFound`, or `invalid` for the viewer's own account and for blocked accounts.
    package func follow(_ username: String, by viewer: Viewer) async throws {
        try await notifier.write { [ids] connection, notifications in
            let target = try Self.target(username, by: viewer, in: connection)
            let relationship = try FollowRecords.relationship(of: viewer.id, to: target.id, in: connection)
            guard relationship?.blocking != true else {
                throw Problem(
                    .invalid, field: "username", "You have blocked \(target.username); unblock them first.")
            }
            if target.isPrivate, relationship?.following != true {
                if try FollowRecords.insertRequest(ids.next(), from: viewer.id, to: target.id, in: connection)
                {
                    notifications.append(NewNotification(.request, by: viewer.id, for: target.id))
                }
            } else if try FollowRecords.insert(ids.next(), from: viewer.id, to: target.id, in: connection) {
                notifications.append(NewNotification(.follow, by: viewer.id, for: target.id))
            }
        }
    }

    /// Ends the viewer's follow of an account, or their request to follow it. Idempotent.
    package func unfollow(_ username: String, by viewer: Viewer) async throws {
        let target = try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try endFollow(from: viewer.id, to: target.id, in: connection)
            return target.id
        }
        await followEnded(between: viewer.id, and: target)
    }

    /// Removes a follower of the viewer. Idempotent. The follower gets no notification.
    package func removeFollower(_ username: String, by viewer: Viewer) async throws {
        let target = try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try endFollow(from: target.id, to: viewer.id, in: connection)
            return target.id
        }
        await followEnded(between: viewer.id, and: target)
    }

    /// Starts pending rotations of photos, and updates the notification counts: a member who may see less has
    /// fewer notifications.
    private func followEnded(between one: ID<Account>, and other: ID<Account>) async {
        photos.jobs.wake()
        await notifier.publish(to: [one, other])
    }

    /// Ends a follow or a follow request. The photos of a private account get new URLs, so that the former
    /// follower cannot load them any more.
    private func endFollow(
        from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection
    )
        throws
    {
        if try FollowRecords.delete(from: follower, to: followee, in: connection) {
            try photos.enqueueRotation(of: followee, in: connection)
        }
        try NotificationRecords.delete(.follow, by: follower, for: followee, in: connection)
    }

    /// Returns the members who asked to follow the viewer, newest first.
    package func requests(to viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try FollowRecords.requests(to: viewer.id, page: page, in: connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }

    /// Accepts a follow request to the viewer.
    package func accept(_ username: String, by viewer: Viewer) async throws {
        try await notifier.write { [ids] connection, notifications in
            let target = try Self.target(username, by: viewer, in: connection)
            guard try FollowRecords.deleteRequest(from: target.id, to: viewer.id, in: connection) else {
                throw Problem.notFound("request")
            }
            try FollowRecords.insert(ids.next(), from: target.id, to: viewer.id, in: connection)
            notifications.append(NewNotification(.accepted, by: viewer.id, for: target.id))
        }
    }

    /// Rejects a follow request to the viewer. The other member gets no notification.
    package func reject(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            guard try FollowRecords.deleteRequest(from: target.id, to: viewer.id, in: connection) else {
                throw Problem.notFound("request")
            }
        }
    }

    /// Whether a member follows an account, or has asked to.
    package enum FollowState: Sendable { case following, requested }

    /// Returns the viewer's follow state for each of `accounts`. Accounts that the viewer neither follows nor
    /// asked to follow are not in the result.
    package func followStates(
        of accounts: [AccountSummary], for viewer: Viewer
    ) async throws -> [ID<Account>: FollowState] {
        let ids = accounts.map(\.id.value)
        guard !ids.isEmpty else { return [:] }
        return try await storage.read { connection in
            let pairs = try connection.rows(
                """
                SELECT followee_id, 1 FROM follows
                WHERE follower_id = \(viewer.id) AND followee_id IN \(list: ids, connection.dialect)
                UNION ALL SELECT followee_id, 0 FROM follow_requests
                WHERE follower_id = \(viewer.id) AND followee_id IN \(list: ids, connection.dialect)
                """
            ) { ($0.id() as ID<Account>, $0.bool() ? FollowState.following : .requested) }
            // An account stands in one of the two tables; were it in both, following comes first.
            return Dictionary(pairs) { first, _ in first }
        }
    }

    /// Returns the followers of `username`, newest first.
    package func followers(
        of username: String, for viewer: Viewer?, page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await list(username, for: viewer, page: page, FollowRecords.followers)
    }

    /// Returns the accounts that `username` follows, newest first.
    package func following(
        by username: String, for viewer: Viewer?, page: PageRequest
    ) async throws -> Page<AccountSummary> {
        try await list(username, for: viewer, page: page, FollowRecords.following)
    }

    /// Returns another member's account that the viewer may see.
    /// - Throws: ``Problem``: `notFound`, or `invalid` for the viewer's own account.
    static func target(_ username: String, by viewer: Viewer, in connection: any Connection) throws -> Account
    {
        let name = Username.normalized(username)
        guard let account = try AccountRecords.find(username: name, for: viewer.id, in: connection) else {
            throw Problem.notFound("account")
        }
        guard account.id != viewer.id else {
            throw Problem(.invalid, field: "username", "You cannot do this to yourself.")
        }
        return account
    }

    private func list(
        _ username: String, for viewer: Viewer?, page: PageRequest,
        _ records:
            @escaping @Sendable (ID<Account>, ID<Account>?, PageRequest, any Connection) throws ->
            [FollowRecords.Row]
    ) async throws -> Page<AccountSummary> {
        let name = Username.normalized(username)
        return try await storage.read { connection in
            let profile = try Profiles.find(name, for: viewer, in: connection)
            // Only viewers who may see the posts of a private account may see its followers and followed
            // accounts.
            guard profile.showsPosts else { throw Problem.notFound("list") }
            let listed = try records(profile.account.id, viewer?.id, page, connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
