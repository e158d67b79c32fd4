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
    let clock: WallClock
    let deletions: Deletions

    private var ownership: MediaOwnership { MediaOwnership(storage: storage, media: media, photos: photos) }
    private var strays: StrayPhotos {
        StrayPhotos(storage: storage, media: media, photos: photos, clock: clock)
    }

    /// What one round did.
    package struct Report: Sendable, Equatable {
        package var expiredCredentials = 0
        package var spentInvites = 0
        package var oldNotifications = 0
        package var waitingPhotos = 0
        package var unclaimedFiles = 0
        package var straysMovedAside = 0
        package var straysMovedBack = 0
        package var straysRemoved = 0
        package var mendedCounters = 0
        /// Why the photos were not cleaned up, and what to do; nil where they were.
        package var refusal: String?

        /// Each with its name, for a log or a terminal.
        package var lines: [(name: String, count: Int)] {
            [
                ("expired sessions and tokens", expiredCredentials), ("spent invitations", spentInvites),
                ("old notifications", oldNotifications), ("photos never posted", waitingPhotos),
                ("files of broken uploads", unclaimedFiles),
                ("photos without a record, moved aside", straysMovedAside),
                ("photos with a record again, moved back", straysMovedBack),
                ("photos without a record for a week, removed", straysRemoved),
                ("counters mended", mendedCounters),
            ]
        }
    }

    /// One round of all of it. Files are removed by jobs.
    /// - Parameters:
    ///   - evenIfManyStrays: whether more photos than a hundredth of all may be moved aside.
    ///   - tell: is told what is being done just now.
    package func run(
        evenIfManyStrays: Bool = false, report tell: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Report {
        let now = clock.now()
        var report = Report()
        tell("removing what has expired")
        (report.expiredCredentials, report.spentInvites, report.oldNotifications) = try await storage.write {
            connection in
            (
                try CredentialRecords.deleteExpired(at: now, in: connection),
                try InviteRecords.deleteSpent(at: now, in: connection),
                try NotificationRecords.deleteOld(
                    before: IDSequence.first(at: now - Notifications.lifetime), in: connection)
            )
        }
        tell("counting posts, followers, likes and comments")
        report.mendedCounters = try await recount()
        tell("removing photos that were never posted")
        report.waitingPhotos = try await removeWaitingPhotos(before: now - Self.waitingPhotoLifetime)
        report.unclaimedFiles = try await photos.releaseUnclaimed(olderThan: Self.uploadTime)
        report.refusal = try await ownership.refusal(ownership.verdict())
        guard report.refusal == nil else { return report }
        report.waitingPhotos += try await directUploads.removeLeft(before: now - Self.waitingPhotoLifetime)
        let swept = try await strays.sweep(evenIfMany: evenIfManyStrays, report: tell)
        (report.straysMovedAside, report.straysMovedBack) = (swept.movedAside, swept.movedBack)
        (report.straysRemoved, report.refusal) = (swept.removed, swept.refusal)
        return report
    }

    /// Looks whether the photos belong to the records, and has those come back that were moved aside and are named
    /// again, as after a newer backup was restored.
    /// - Returns: why nothing is cleaned up there, and what to do; nil where all is well.
    package func checkMedia() async throws -> String? {
        let refusal = try await ownership.refusal(ownership.verdict())
        if refusal == nil { _ = try await strays.bringBack() }
        return refusal
    }

    /// Says that the photos at the place that this program was given are this community's.
    /// - Returns: why nothing is cleaned up there all the same; nil where all is well.
    /// - Throws: ``Problem`` of kind `conflict` where the place is marked as another's.
    package func adoptMedia() async throws -> String? {
        try await ownership.adopt(at: clock.now())
        return try await checkMedia()
    }

    /// Sets every counter that differs from what it counts; how many there were.
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
            let waiting = try PhotoRecords.takeWaiting(before: time, in: connection)
            if waiting.contains(where: { !$0.altText.isEmpty }) { try deletions.note(in: connection) }
            return try photos.release(waiting.map { PhotoFiles($0) }, in: connection)
        }
        await photos.announce(removed)
        return removed.count
    }
}
