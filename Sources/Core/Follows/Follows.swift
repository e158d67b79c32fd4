import Storage

/// How the viewer and somebody else stand to each other.
package struct Relationship: Sendable, Equatable {
    package let following: Bool
    package let followedBy: Bool
}

/// A member as a viewer meets them: the account, and how the two stand.
package struct Profile: Sendable {
    package let account: Account
    /// Nil for a stranger and for oneself.
    package let relationship: Relationship?
}

/// The rules of following.
package struct Follows: Sendable {
    let storage: any Storage
    let ids: IDSequence

    /// Follows; following twice is following once.
    /// - Throws: ``Problem``: `notFound`, or `invalid` for oneself.
    package func follow(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { [ids] connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try FollowRecords.insert(ids.next(), from: viewer.id, to: target, in: connection)
        }
    }

    /// Stops following; idempotent.
    package func unfollow(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { connection in
            let target = try Self.target(username, by: viewer, in: connection)
            try FollowRecords.delete(from: viewer.id, to: target, in: connection)
        }
    }

    package func profile(_ username: String, for viewer: Viewer?) async throws -> Profile {
        let name = Username.normalized(username)
        return try await storage.read { try Self.profile(name, for: viewer, in: $0) }
    }

    /// Who follows `username`, newest first.
    package func followers(of username: String, page: PageRequest) async throws -> Page<AccountSummary> {
        try await list(username, page: page, FollowRecords.followers)
    }

    /// Whom `username` follows, newest first.
    package func following(by username: String, page: PageRequest) async throws -> Page<AccountSummary> {
        try await list(username, page: page, FollowRecords.following)
    }

    static func profile(_ username: String, for viewer: Viewer?, in connection: any Connection) throws -> Profile {
        guard let account = try AccountRecords.find(username: username, in: connection) else {
            throw Problem.notFound("account")
        }
        guard let viewer, viewer.id != account.id else { return Profile(account: account, relationship: nil) }
        return Profile(
            account: account,
            relationship: Relationship(
                following: try FollowRecords.exists(from: viewer.id, to: account.id, in: connection),
                followedBy: try FollowRecords.exists(from: account.id, to: viewer.id, in: connection)))
    }

    private static func target(
        _ username: String, by viewer: Viewer, in connection: any Connection
    ) throws -> ID<Account> {
        guard let account = try AccountRecords.find(username: Username.normalized(username), in: connection) else {
            throw Problem.notFound("account")
        }
        guard account.id != viewer.id else {
            throw Problem(.invalid, field: "username", "You cannot follow yourself.")
        }
        return account.id
    }

    private func list(
        _ username: String, page: PageRequest,
        _ records: @escaping @Sendable (ID<Account>, PageRequest, any Connection) throws -> [FollowRecords.Listed]
    ) async throws -> Page<AccountSummary> {
        let name = Username.normalized(username)
        return try await storage.read { connection in
            guard let account = try AccountRecords.find(username: name, in: connection) else {
                throw Problem.notFound("account")
            }
            let listed = try records(account.id, page, connection)
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
