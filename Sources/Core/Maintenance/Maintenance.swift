import MediaStorage
import Storage

/// What keeps a community tidy: what has expired, what was never finished, what nothing claims, what does not add up.
package struct Maintenance: Sendable {
    /// A photo that was uploaded and not posted waits so long, in milliseconds.
    static let waitingPhotoLifetime: Int64 = 24 * 60 * 60 * 1000
    /// Files that nothing claims may belong to an upload in hand for so long, in milliseconds.
    static let uploadTime: Int64 = 60 * 60 * 1000

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let directUploads: DirectUploads
    let clock: Clock
    let deletions: Deletions

    /// What one round did.
    package struct Report: Sendable, Equatable {
        package var expiredCredentials = 0
        package var spentInvites = 0
        package var oldNotifications = 0
        package var waitingPhotos = 0
        package var unclaimedFiles = 0
        package var strayFiles = 0
        package var mendedCounters = 0

        /// Each with its name, for a log or a terminal.
        package var lines: [(name: String, count: Int)] {
            [
                ("expired sessions and tokens", expiredCredentials), ("spent invitations", spentInvites),
                ("old notifications", oldNotifications), ("photos never posted", waitingPhotos),
                ("files of broken uploads", unclaimedFiles), ("files without a record", strayFiles),
                ("counters mended", mendedCounters),
            ]
        }
    }

    /// One round of all of it.
    package func run() async throws -> Report {
        let now = clock.now()
        var report = Report()
        (report.expiredCredentials, report.spentInvites, report.oldNotifications) = try await storage.write { connection in
            (
                try CredentialRecords.deleteExpired(at: now, in: connection),
                try InviteRecords.deleteSpent(at: now, in: connection),
                try NotificationRecords.deleteOld(
                    before: IDSequence.first(at: now - Notifications.lifetime), in: connection)
            )
        }
        report.waitingPhotos = try await removeWaitingPhotos(before: now - Self.waitingPhotoLifetime)
        report.waitingPhotos += try await directUploads.removeLeft(before: now - Self.waitingPhotoLifetime)
        report.unclaimedFiles = try await photos.removeUnclaimed(olderThan: Self.uploadTime)
        report.strayFiles = try await removeStrayFiles()
        report.mendedCounters = try await recount()
        try await purge()
        return report
    }

    /// Takes what was deleted out of indexes and logs too, so that nothing of it can be read from the files; does nothing
    /// where nothing was deleted since the last time.
    package func purgeDeleted() async throws {
        guard deletions.take() else { return }
        do { try await purge() } catch {
            deletions.note()
            throw error
        }
    }

    private func purge() async throws {
        try await storage.write(SearchRecords.purge)
        try await storage.purge()
    }

    /// Sets every counter that differs from what it counts; how many there were.
    package func recount() async throws -> Int {
        let counters: [(table: SQL, column: SQL, count: SQL)] = [
            ("accounts", "posts_count", "SELECT count(*) FROM posts x WHERE x.author_id = accounts.id"),
            ("accounts", "follower_count", "SELECT count(*) FROM follows x WHERE x.followee_id = accounts.id"),
            ("accounts", "following_count", "SELECT count(*) FROM follows x WHERE x.follower_id = accounts.id"),
            ("posts", "likes_count", "SELECT count(*) FROM likes x WHERE x.post_id = posts.id"),
            ("posts", "comments_count", "SELECT count(*) FROM comments x WHERE x.post_id = posts.id"),
            ("comments", "likes_count", "SELECT count(*) FROM comment_likes x WHERE x.comment_id = comments.id"),
        ]
        return try await storage.write { connection in
            try counters.reduce(0) { sum, counter in
                try sum
                    + connection.run(
                        """
                        UPDATE \(counter.table) SET \(counter.column) = (\(counter.count))
                        WHERE \(counter.column) <> (\(counter.count))
                        """)
            }
        }
    }

    private func removeWaitingPhotos(before time: Int64) async throws -> Int {
        let now = clock.now()
        let files = try await storage.write { connection in
            let files = try connection.rows(
                "DELETE FROM photos WHERE post_id IS NULL AND created_at < \(time) RETURNING files"
            ) { $0.text() }
            try PhotoRecords.expect(files, at: now, in: connection)
            return files
        }
        try await photos.remove(files)
        return files.count
    }

    /// Files that no record knows, such as a restored older database leaves.
    private func removeStrayFiles() async throws -> Int {
        var count = 0
        for folder in MediaPrefix.folders {
            let found = try await media.prefixes(in: folder)
            guard !found.isEmpty else { continue }
            let known = try await storage.read { connection in
                try Set(
                    connection.rows(
                        """
                        SELECT files FROM photos WHERE files >= \(folder) AND files < \(folder + "~")
                        UNION ALL SELECT picture FROM accounts WHERE picture >= \(folder) AND picture < \(folder + "~")
                        UNION ALL SELECT files FROM unclaimed_files WHERE files >= \(folder) AND files < \(folder + "~")
                        """
                    ) { $0.text() })
            }
            let strays = found.map(\.description).filter { !known.contains($0) }
            try await photos.remove(strays)
            count += strays.count
        }
        return count
    }
}
