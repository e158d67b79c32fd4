import Storage

/// How the viewer and somebody else stand to each other.
package struct Relationship: Sendable, Equatable {
    package let following: Bool
    /// The viewer asked to follow a private account.
    package let requested: Bool
    package let followedBy: Bool
    /// They asked to follow the viewer.
    package let requestedBy: Bool
    package let blocking: Bool
    package let muting: Bool
}

/// A member as a viewer meets them: the account, and how the two stand.
package struct Profile: Sendable {
    package let account: Account
    /// Nil for a stranger and for oneself.
    package let relationship: Relationship?
    /// Whether the viewer may see the posts.
    package let showsPosts: Bool
}

/// The rules of following.
package struct Follows: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let notifier: Notifier
    let photos: Photos

    /// Follows, or asks to where the account is private; doing it twice is doing it once.
    /// - Throws: ``Problem``: `notFound`, or `invalid` for oneself and for whom the viewer blocks.
    package func follow(_ username: String, by viewer: Viewer) async throws {
        try await notifier.write { [ids] connection, notices in
            let target = try Self.target(username, by: viewer, in: connection)
            let relationship = try FollowRecords.relationship(of: viewer.id, to: target.id, in: connection)
            guard relationship?.blocking != true else {
                throw Problem(
                    .invalid, field: "username", "You block \(target.username); unblock them first.")
            }
            if target.isPrivate, relationship?.following != true {
                if try FollowRecords.insertRequest(ids.next(), from: viewer.id, to: target.id, in: connection)
                {
                    notices.append(NewNotification(.request, by: viewer.id, for: target.id))
                }
            } else if try FollowRecords.insert(ids.next(), from: viewer.id, to: target.id, in: connection) {
                notices.append(NewNotification(.follow, by: viewer.id, for: target.id))
            }
        }
    }

    /// Stops following, and takes back the wish to; idempotent.
    package func unfollow(_ username: String, by viewer: Viewer) async throws {
        let target = try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try end(from: viewer.id, to: target.id, in: connection)
            return target.id
        }
        await ended(between: viewer.id, and: target)
    }

    /// Has somebody follow the viewer no more; idempotent, and they are not told.
    package func removeFollower(_ username: String, by viewer: Viewer) async throws {
        let target = try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try end(from: target.id, to: viewer.id, in: connection)
            return target.id
        }
        await ended(between: viewer.id, and: target)
    }

    /// Whoever lost a right has fewer notifications to read, and photos may get new addresses.
    private func ended(between one: ID<Account>, and other: ID<Account>) async {
        photos.jobs.wake()
        await notifier.tell([one, other])
    }

    /// Ends a follow or a request, and with it the right to what a private account shows.
    private func end(from follower: ID<Account>, to followee: ID<Account>, in connection: any Connection)
        throws
    {
        if try FollowRecords.delete(from: follower, to: followee, in: connection) {
            try photos.enqueueRotation(of: followee, in: connection)
        }
        try NotificationRecords.delete(.follow, by: follower, for: followee, in: connection)
    }

    /// Who asks to follow the viewer, newest first.
    package func requests(to viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try FollowRecords.requests(to: viewer.id, page: page, in: connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }

    /// Lets somebody who asked follow the viewer.
    package func accept(_ username: String, by viewer: Viewer) async throws {
        try await notifier.write { [ids] connection, notices in
            let target = try Self.target(username, by: viewer, in: connection)
            guard try FollowRecords.deleteRequest(from: target.id, to: viewer.id, in: connection) else {
                throw Problem.notFound("request")
            }
            try FollowRecords.insert(ids.next(), from: target.id, to: viewer.id, in: connection)
            notices.append(NewNotification(.accepted, by: viewer.id, for: target.id))
        }
    }

    /// Turns down somebody who asked; they are not told.
    package func reject(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            guard try FollowRecords.deleteRequest(from: target.id, to: viewer.id, in: connection) else {
                throw Problem.notFound("request")
            }
        }
    }

    /// How the viewer stands to people of a list: `true` for those followed, `false` for those asked; others are not in it.
    package func standing(to accounts: [AccountSummary], of viewer: Viewer) async throws -> [ID<Account>:
        Bool]
    {
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
            ) { ($0.id() as ID<Account>, $0.bool()) }
            return Dictionary(pairs) { one, other in one || other }
        }
    }

    package func profile(_ username: String, for viewer: Viewer?) async throws -> Profile {
        let name = Username.normalized(username)
        return try await storage.read { try Self.profile(name, for: viewer, in: $0) }
    }

    /// Who follows `username`, newest first.
    package func followers(of username: String, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        try await list(username, for: viewer, page: page, FollowRecords.followers)
    }

    /// Whom `username` follows, newest first.
    package func following(by username: String, for viewer: Viewer?, page: PageRequest) async throws -> Page<
        AccountSummary
    > {
        try await list(username, for: viewer, page: page, FollowRecords.following)
    }

    static func profile(_ username: String, for viewer: Viewer?, in connection: any Connection) throws
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

    /// Somebody else, whom the viewer may know of.
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
            [FollowRecords.Listed]
    ) async throws -> Page<AccountSummary> {
        let name = Username.normalized(username)
        return try await storage.read { connection in
            let profile = try Self.profile(name, for: viewer, in: connection)
            // Whom a private account knows is shown to whom its posts are shown.
            guard profile.showsPosts else { throw Problem.notFound("list") }
            let listed = try records(profile.account.id, viewer?.id, page, connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
