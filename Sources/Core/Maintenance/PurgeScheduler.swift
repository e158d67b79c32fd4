import Storage

/// Schedules the removal of deleted and replaced text from search indexes and database logs.
struct PurgeScheduler: Sendable {
    /// How long after a deletion the purge runs, in milliseconds. Text that is deleted within that time is
    /// purged together.
    static let delay: Int64 = 25 * 1000
    /// The shortest time between two purges, in milliseconds, because a purge may rewrite whole indexes.
    static let interval: Int64 = 3 * 60 * 1000

    let jobs: JobQueue

    /// Schedules a purge. Call this only in the transaction that deletes or replaces text.
    func schedule(in connection: any Connection) throws {
        let now = jobs.clock.now()
        let last = try Facts.value(PurgeDeletedText.startedAt, in: connection).flatMap { Int64($0) } ?? 0
        try jobs.enqueue(
            PurgeDeletedText(), key: PurgeDeletedText.kind,
            at: max(now + Self.delay, min(last, now) + Self.interval), in: connection)
    }
}

/// Removes deleted text from the search indexes and from the logs of the database engine. It is retried until
/// it succeeds.
struct PurgeDeletedText: Job {
    static let kind = "purge-deleted-words"
    static let lane = JobLane.records
    /// Short delays, because a reader that blocks the purge ends soon, and deleted text must not stay for
    /// long.
    static let retryDelays: [Int64] = [5, 15]
    /// The name of the fact that stores when the last purge started.
    static let startedAt = "words_purged_at"
    /// The tables that contain text by people.
    private static let tables = [
        "accounts", "posts", "photos", "direct_uploads", "comments", "post_tags", "post_search",
        "account_search",
    ]

    func run(with tools: JobTools) async throws {
        let now = tools.clock.now()
        // Stored before the work, so that text that is deleted from now on gets another purge.
        try await tools.storage.write { try Facts.set(Self.startedAt, to: String(now), in: $0) }
        try await tools.storage.write(SearchRecords.purge)
        try await tools.storage.purge(Self.tables)
    }
}
