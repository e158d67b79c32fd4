import Storage

/// The rules of blocking and muting. A block makes two members invisible to each other. A mute hides a
/// member's posts and notifications from the viewer; the muted member does not notice it.
package struct Blocks: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let photos: Photos
    let notifier: Notifier

    /// Blocks a member: both stop following each other, and neither sees the other. The member's likes and
    /// comments on the viewer's posts are hidden from everybody while the block lasts. Idempotent.
    package func block(_ username: String, by viewer: Viewer) async throws {
        let recipients = try await storage.write { [ids, photos] connection in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            let target = try Follows.target(username, by: viewer, in: connection)
            try connection.run(
                """
                INSERT INTO blocks (id, blocker_id, blocked_id)
                VALUES (\(ids.next(Blocks.self)), \(viewer.id), \(target.id))
                ON CONFLICT DO NOTHING
                """)
            try connection.run("UPDATE accounts SET has_blocked = 1 WHERE id = \(viewer.id)")
            for (follower, followee) in [(viewer.id, target.id), (target.id, viewer.id)]
            where try FollowRecords.delete(from: follower, to: followee, in: connection) {
                try photos.enqueueRotation(of: followee, in: connection)
            }
            try NotificationRecords.deleteAll(between: viewer.id, and: target.id, in: connection)
            return try [viewer.id, target.id] + Self.others(between: viewer, and: target.id, in: connection)
        }
        photos.jobs.wake()
        await notifier.publish(to: recipients)
    }

    /// Removes a block; idempotent. It does not restore the follows that the block ended.
    package func unblock(_ username: String, by viewer: Viewer) async throws {
        let target = try await remove(username, by: viewer) {
            "DELETE FROM blocks WHERE blocker_id = \(viewer.id) AND blocked_id = \($0)"
        }
        let recipients = try await storage.read {
            try Self.others(between: viewer, and: target, in: $0)
        }
        await notifier.publish(to: recipients)
    }

    /// Other people for whom notifications appear or disappear with a block.
    private static func others(
        between viewer: Viewer, and target: ID<Account>, in connection: any Connection
    ) throws -> [ID<Account>] {
        try NotificationRecords.recipients(ofActionsBy: target, onPostsBy: viewer.id, in: connection)
    }

    /// Hides a member's posts from the viewer's feed, and their actions from the notifications. Idempotent.
    package func mute(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { [ids] connection in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            let target = try Follows.target(username, by: viewer, in: connection)
            try connection.run(
                """
                INSERT INTO mutes (id, muter_id, muted_id)
                VALUES (\(ids.next(Blocks.self)), \(viewer.id), \(target.id))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Removes a mute; idempotent.
    package func unmute(_ username: String, by viewer: Viewer) async throws {
        try await remove(username, by: viewer) {
            "DELETE FROM mutes WHERE muter_id = \(viewer.id) AND muted_id = \($0)"
        }
    }

    /// Returns the members whom the viewer blocks, newest first.
    package func blocked(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        let query = page.query()
        return try await list(
            """
            SELECT b.id, \(AccountSummary.columns) FROM blocks b JOIN accounts a ON a.id = b.blocked_id
            WHERE b.blocker_id = \(viewer.id) AND \(query.contains("b.id"))
            ORDER BY \(query.order("b.id")) LIMIT \(page.fetchLimit)
            """, page)
    }

    /// Returns the members whom the viewer mutes, newest first, without those who block the viewer.
    package func muted(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        let query = page.query()
        return try await list(
            """
            SELECT m.id, \(AccountSummary.columns) FROM mutes m JOIN accounts a ON a.id = m.muted_id
            WHERE m.muter_id = \(viewer.id) AND \(query.contains("m.id"))
                AND \(Visibility.profile(for: viewer.id))
            ORDER BY \(query.order("m.id")) LIMIT \(page.fetchLimit)
            """, page)
    }

    /// Runs `deletion`, which also works for members who block the viewer by now. Where it deletes nothing,
    /// throws `notFound` for a member whom the viewer may not see.
    /// - Returns: the id of the member.
    @discardableResult
    private func remove(
        _ username: String, by viewer: Viewer, _ deletion: @escaping @Sendable (ID<Account>) -> SQL
    ) async throws -> ID<Account> {
        let name = Username.normalized(username)
        return try await storage.write { connection in
            guard let account = try AccountRecords.find(username: name, in: connection) else {
                throw Problem.notFound("account")
            }
            if try connection.run(deletion(account.id)) == 0 {
                _ = try Follows.target(name, by: viewer, in: connection)
            }
            return account.id
        }
    }

    private func list(_ query: SQL, _ page: PageRequest) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try connection.rows(query) { FollowRecords.Row(&$0) }
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
