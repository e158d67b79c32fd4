import Storage

/// Has the words of what was deleted or replaced taken out of indexes and logs too.
struct Deletions: Sendable {
    /// How long after a deletion that is done, in milliseconds: those shortly after each other are done together.
    static let delay: Int64 = 25 * 1000
    /// It is done at most so often, in milliseconds, as it may rewrite whole indexes.
    static let interval: Int64 = 3 * 60 * 1000

    let jobs: JobQueue

    /// To be called in the transaction that deletes or replaces words, and in no other.
    func note(in connection: any Connection) throws {
        let now = jobs.clock.now()
        let last = try Facts.value(PurgeDeletedWords.startedAt, in: connection).flatMap { Int64($0) } ?? 0
        try jobs.enqueue(
            PurgeDeletedWords(), key: PurgeDeletedWords.kind,
            at: max(now + Self.delay, min(last, now) + Self.interval), in: connection)
    }
}

/// Takes deleted words out of the indexes and out of the engine's own logs; run again until it succeeded.
struct PurgeDeletedWords: Job {
    static let kind = "purge-deleted-words"
    static let lane = JobLane.records
    /// A reader that is in the way is soon done, and words must not wait for long.
    static let pauses: [Int64] = [5, 15]
    /// The fact that holds when it was last begun.
    static let startedAt = "words_purged_at"
    /// The tables that hold what people wrote.
    private static let tables = [
        "accounts", "posts", "photos", "direct_uploads", "comments", "post_tags", "post_search",
        "account_search",
    ]

    func run(with tools: JobTools) async throws {
        let now = tools.clock.now()
        // Before the work: what is deleted from here on counts its time from now.
        try await tools.storage.write { try Facts.set(Self.startedAt, to: String(now), in: $0) }
        try await tools.storage.write(SearchRecords.purge)
        try await tools.storage.purge(Self.tables)
    }
}
