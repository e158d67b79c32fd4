import MediaStorage
import Storage

/// Everything that one member made, for them to take away.
package struct Export: Sendable {
    let storage: any Storage
    let media: any MediaStorage

    /// What an archive holds, but for the files.
    package struct Contents: Sendable {
        package let account: Account
        package let email: String
        package let posts: [Post]
        package let comments: [Comment]
        /// Lists of posts, by id, and of people have the last first.
        package let liked: [ID<Post>]
        package let saved: [ID<Post>]
        package let following: [AccountSummary]
        package let followers: [AccountSummary]
        package let blocked: [AccountSummary]
        package let muted: [AccountSummary]
    }

    /// Reads all of it from one snapshot.
    package func contents(of viewer: Viewer) async throws -> Contents {
        try await storage.read { connection in
            let me = viewer.id
            guard let account = try AccountRecords.find(me, in: connection),
                let email = try AccountRecords.email(of: me, in: connection)
            else { throw Problem.notFound("account") }
            let everything = PageRequest(limit: .max - 1)
            func people(_ query: SQL) throws -> [AccountSummary] {
                try connection.rows(query)
            }
            func posts(_ query: SQL) throws -> [ID<Post>] { try connection.rows(query) { $0.id() } }
            let columns = AccountSummary.columns
            return Contents(
                account: account, email: email,
                posts: try PostRecords.by(me, for: me, page: everything, in: connection),
                comments: try CommentRecords.by(me, in: connection),
                liked: try posts("SELECT post_id FROM likes WHERE account_id = \(me) ORDER BY id DESC"),
                saved: try posts("SELECT post_id FROM saves WHERE account_id = \(me) ORDER BY id DESC"),
                following: try people(
                    """
                    SELECT \(columns) FROM follows f JOIN accounts a ON a.id = f.followee_id
                    WHERE f.follower_id = \(me) AND \(Visibility.people(for: me)) ORDER BY f.id DESC
                    """),
                followers: try people(
                    """
                    SELECT \(columns) FROM follows f JOIN accounts a ON a.id = f.follower_id
                    WHERE f.followee_id = \(me) AND \(Visibility.people(for: me)) ORDER BY f.id DESC
                    """),
                blocked: try people(
                    """
                    SELECT \(columns) FROM blocks b JOIN accounts a ON a.id = b.blocked_id
                    WHERE b.blocker_id = \(me) ORDER BY b.id DESC
                    """),
                muted: try people(
                    """
                    SELECT \(columns) FROM mutes m JOIN accounts a ON a.id = m.muted_id
                    WHERE m.muter_id = \(me) AND \(Visibility.profile(for: me)) ORDER BY m.id DESC
                    """))
        }
    }
}
