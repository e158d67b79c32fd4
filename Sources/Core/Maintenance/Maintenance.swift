import MediaStorage
import Storage

/// Cleans up a community: removes expired records, unposted photos and unclaimed files, and corrects
/// counters.
package struct Maintenance: Sendable {
    /// How long an uploaded photo that was not posted is kept, in milliseconds.
    static let waitingPhotoLifetime: Int64 = 24 * 60 * 60 * 1000
    /// How long unclaimed files may belong to an upload in progress, in milliseconds.
    static let uploadTime: Int64 = 60 * 60 * 1000

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let directUploads: DirectUploads
    let clock: WallClock
    let deletions: PurgeScheduler

    private var ownership: MediaOwnership { MediaOwnership(storage: storage, media: media, photos: photos) }
    private var strays: StrayPhotos {
        StrayPhotos(storage: storage, media: media, photos: photos, clock: clock)
    }

    /// The result of one maintenance run.
    package struct Report: Sendable, Equatable {
        package var expiredCredentials = 0
        package var spentInvites = 0
        package var oldNotifications = 0
        package var waitingPhotos = 0
        package var unclaimedFiles = 0
        package var straysMovedAside = 0
        package var straysMovedBack = 0
        package var straysRemoved = 0
        package var correctedCounters = 0
        /// Why the photos were not cleaned up and what to do about it, or nil if they were cleaned up.
        package var refusal: String?

        /// The counts with their names, for a log or a terminal.
        package var lines: [(name: String, count: Int)] {
            [
                ("expired sessions and tokens", expiredCredentials),
                ("used or expired invitations", spentInvites),
                ("old notifications", oldNotifications), ("photos never posted", waitingPhotos),
                ("photos of failed uploads", unclaimedFiles),
                ("photos without a record, moved aside", straysMovedAside),
                ("photos with a record again, moved back", straysMovedBack),
                ("photos without a record for a week, removed", straysRemoved),
                ("counters corrected", correctedCounters),
            ]
        }
    }

    /// Does all maintenance once. Jobs remove the files afterwards.
    /// - Parameters:
    ///   - evenIfManyStrays: whether many photos may be moved aside: more than 100 and more than one percent
    ///     of all.
    ///   - progress: receives a description of each step when it starts.
    package func run(
        evenIfManyStrays: Bool = false, report progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Report {
        let now = clock.now()
        var report = Report()
        progress("removing expired records")
        (report.expiredCredentials, report.spentInvites, report.oldNotifications) = try await storage.write {
            connection in
            try FormerUsernames.removeExpired(at: now, in: connection)
            try KeyedRequest.removeExpired(at: now, in: connection)
            _ = try SignInTicketRecords.deleteExpired(at: now, in: connection)
            _ = try TrustedBrowserRecords.deleteExpired(at: now, in: connection)
            return (
                try CredentialRecords.deleteExpired(at: now, in: connection),
                try InviteRecords.deleteSpent(at: now, in: connection),
                try NotificationRecords.deleteOld(
                    before: IDSequence.first(at: now - Notifications.lifetime), in: connection)
            )
        }
        progress("counting posts, followers, likes and comments")
        report.correctedCounters = try await recount()
        progress("removing photos that were never posted")
        report.waitingPhotos = try await removeWaitingPhotos(before: now - Self.waitingPhotoLifetime)
        report.unclaimedFiles = try await photos.releaseUnclaimed(olderThan: Self.uploadTime)
        report.refusal = try await ownership.refusal(ownership.verdict())
        guard report.refusal == nil else { return report }
        report.waitingPhotos += try await directUploads.removeExpired(before: now - Self.waitingPhotoLifetime)
        let swept = try await strays.sweep(evenIfMany: evenIfManyStrays, report: progress)
        (report.straysMovedAside, report.straysMovedBack) = (swept.movedAside, swept.movedBack)
        (report.straysRemoved, report.refusal) = (swept.removed, swept.refusal)
        return report
    }

    /// Checks whether the photos belong to the records. Moves back photos that were moved aside and that
    /// records name again, for example after a newer backup was restored.
    /// - Returns: why photos are not cleaned up and what to do about it, or nil if they are.
    package func checkMedia() async throws -> String? {
        let refusal = try await ownership.refusal(ownership.verdict())
        if refusal == nil { _ = try await strays.bringBack() }
        return refusal
    }

    /// Declares that the photos at the configured location belong to this community.
    /// - Returns: why photos are still not cleaned up, or nil if they are.
    /// - Throws: ``Problem`` of kind `conflict` if the location is marked as another community's.
    package func adoptMedia() async throws -> String? {
        try await ownership.adopt(at: clock.now())
        return try await checkMedia()
    }

    /// Corrects every counter that differs from the number of rows that it counts.
    /// - Returns: how many counters were wrong.
    package func recount() async throws -> Int {
        let counters: [(table: SQL, column: SQL, count: SQL)] = [
            ("accounts", "posts_count", "SELECT count(*) FROM posts x WHERE x.author_id = accounts.id"),
            (
                "accounts", "follower_count",
                "SELECT count(*) FROM follows x WHERE x.followee_id = accounts.id"
            ),
            (
                "accounts", "following_count",
                "SELECT count(*) FROM follows x WHERE x.follower_id = accounts.id"
            ),
            ("posts", "likes_count", "SELECT count(*) FROM likes x WHERE x.post_id = posts.id"),
            ("posts", "comments_count", "SELECT count(*) FROM comments x WHERE x.post_id = posts.id"),
            (
                "comments", "likes_count",
                "SELECT count(*) FROM comment_likes x WHERE x.comment_id = comments.id"
            ),
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
        let removed = try await storage.write { connection in
            let waiting = try PhotoRecords.removeWaiting(before: time, in: connection)
            if waiting.contains(where: { !$0.altText.isEmpty }) { try deletions.schedule(in: connection) }
            return try photos.enqueueRemoval(of: waiting.map { PhotoFiles($0) }, in: connection)
        }
        await photos.startRemoval(of: removed)
        return removed.count
    }
}
