import Storage

/// The rules of keeping people away: blocking, which makes two invisible to each other, and muting, which keeps somebody's
/// posts and news out of one's sight without their knowing.
package struct Blocks: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let photos: Photos
    let notifier: Notifier

    /// Blocks somebody: neither follows the other any more, neither sees the other. Idempotent.
    package func block(_ username: String, by viewer: Viewer) async throws {
        let target = try await storage.write { [ids, photos] connection in
            try Accounts.refuseDemo(viewer, in: connection)
            let target = try Follows.target(username, by: viewer, in: connection)
            try connection.run(
                """
                INSERT INTO blocks (id, blocker_id, blocked_id) VALUES (\(ids.next(Blocks.self)), \(viewer.id), \(target.id))
                ON CONFLICT DO NOTHING
                """)
            for (follower, followee) in [(viewer.id, target.id), (target.id, viewer.id)]
            where try FollowRecords.delete(from: follower, to: followee, in: connection) {
                try photos.enqueueRotation(of: followee, in: connection)
            }
            try NotificationRecords.deleteAll(between: viewer.id, and: target.id, in: connection)
            return target.id
        }
        photos.jobs.wake()
        await notifier.tell([viewer.id, target])
    }

    /// Takes a block back; idempotent. Who followed whom before does not come back.
    package func unblock(_ username: String, by viewer: Viewer) async throws {
        try await undo(username, by: viewer) {
            "DELETE FROM blocks WHERE blocker_id = \(viewer.id) AND blocked_id = \($0)"
        }
    }

    /// Keeps somebody's posts out of the feed and their doings out of the news; idempotent.
    package func mute(_ username: String, by viewer: Viewer) async throws {
        try await storage.write { [ids] connection in
            try Accounts.refuseDemo(viewer, in: connection)
            let target = try Follows.target(username, by: viewer, in: connection)
            try connection.run(
                """
                INSERT INTO mutes (id, muter_id, muted_id) VALUES (\(ids.next(Blocks.self)), \(viewer.id), \(target.id))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Takes a mute back; idempotent.
    package func unmute(_ username: String, by viewer: Viewer) async throws {
        try await undo(username, by: viewer) {
            "DELETE FROM mutes WHERE muter_id = \(viewer.id) AND muted_id = \($0)"
        }
    }

    /// Whom the viewer blocks, newest first.
    package func blocked(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        let stretch = page.stretch()
        return try await list(
            """
            SELECT b.id, \(AccountSummary.columns) FROM blocks b JOIN accounts a ON a.id = b.blocked_id
            WHERE b.blocker_id = \(viewer.id) AND \(stretch.holds("b.id"))
            ORDER BY \(stretch.order("b.id")) LIMIT \(page.rows)
            """, page)
    }

    /// Whom the viewer mutes, newest first.
    package func muted(by viewer: Viewer, page: PageRequest) async throws -> Page<AccountSummary> {
        let stretch = page.stretch()
        return try await list(
            """
            SELECT m.id, \(AccountSummary.columns) FROM mutes m JOIN accounts a ON a.id = m.muted_id
            WHERE m.muter_id = \(viewer.id) AND \(stretch.holds("m.id")) AND \(Visibility.profile(for: viewer.id))
            ORDER BY \(stretch.order("m.id")) LIMIT \(page.rows)
            """, page)
    }

    /// Takes back what the viewer did, also to who blocks them meanwhile; who is hidden otherwise is not found.
    private func undo(
        _ username: String, by viewer: Viewer, _ deletion: @escaping @Sendable (ID<Account>) -> SQL
    ) async throws {
        let name = Username.normalized(username)
        try await storage.write { connection in
            guard let account = try AccountRecords.find(username: name, in: connection) else {
                throw Problem.notFound("account")
            }
            guard try connection.run(deletion(account.id)) == 0 else { return }
            _ = try Follows.target(name, by: viewer, in: connection)
        }
    }

    private func list(_ query: SQL, _ page: PageRequest) async throws -> Page<AccountSummary> {
        try await storage.read { connection in
            let listed = try connection.rows(query) { FollowRecords.Listed(&$0) }
            return Page(listed, limit: page.limit, cursor: \.follow).map(\.account)
        }
    }
}
