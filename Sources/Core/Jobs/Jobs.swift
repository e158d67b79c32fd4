import Logging
import Storage

/// Runs what must happen after changes.
///
/// A job is taken with a lease, which is renewed while it runs. When the process dies, the lease ends, and
/// another takes the job: so none is lost, and at worst one is run twice, which jobs are made for (see
/// ``Job``).
package struct Jobs: Sendable {
    /// How long a job is another's after its process was last heard of, in milliseconds.
    static let lease: Int64 = 2 * 60 * 1000

    let storage: any Storage
    let queue: JobQueue
    let tools: JobTools
    let logger: Logger
    var kinds = JobKinds.all
    /// How often a lease is renewed.
    var renewal = Duration.seconds(40)
    /// How long until jobs are looked for that another process enqueued, or whose time has come.
    var pollInterval = Duration.seconds(3)

    // MARK: - Running

    /// Runs jobs as they become due, until the task is cancelled; those in hand then wait for the next to
    /// take them.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in JobLane.allCases {
                for _ in 0..<lane.width { group.addTask { await work(in: lane) } }
            }
        }
    }

    /// Runs what is due, one after the other, until nothing is or the task is cancelled; how many jobs that were.
    /// - Parameter ahead: runs what becomes due within so many milliseconds now.
    @discardableResult
    package func runDue(ahead: Int64 = 0) async throws -> Int {
        var count = 0
        while !Task.isCancelled, try await runNext(in: JobLane.allCases, ahead: ahead) { count += 1 }
        return count
    }

    private func work(in lane: JobLane) async {
        var isAway = false
        while !Task.isCancelled {
            let rings = queue.alarm.rings
            do {
                let didRun = try await runNext(in: [lane])
                isAway = false
                if didRun { continue }
            } catch {
                if !Task.isCancelled, !isAway {
                    logger.warning("The database cannot be asked for jobs", metadata: ["error": "\(error)"])
                }
                isAway = true
            }
            await queue.alarm.sleep(since: rings, atMost: pollInterval)
        }
    }

    /// Runs the job that is due the longest; false where none is.
    private func runNext(in lanes: [JobLane], ahead: Int64 = 0) async throws -> Bool {
        let now = queue.clock.now()
        let due = JobRecords.Due(kinds: kinds.names(in: lanes), now: now, ahead: ahead)
        guard try await storage.read({ try JobRecords.isAnyDue(due, in: $0) }),
            let claim = try await storage.write({ try JobRecords.claim(due, until: now + Self.lease, in: $0) }
            )
        else { return false }
        await perform(claim)
        return true
    }

    private func perform(_ claim: JobRecords.Claim) async {
        let failure: (any Error)?
        do {
            try await run(claim)
            failure = nil
        } catch {
            failure = error
        }
        let isCancelled = failure != nil && Task.isCancelled
        // A task of its own, as this one may be cancelled, and what happened is written down all the same.
        await Task {
            do {
                try await conclude(claim, failure, isCancelled: isCancelled)
            } catch {
                // The lease ends by itself, and the job is run again.
                logger.warning(
                    "A job’s end was not kept", metadata: ["kind": "\(claim.kind)", "error": "\(error)"])
            }
        }.value
    }

    private func run(_ claim: JobRecords.Claim) async throws {
        let job = try kinds.job(claim.kind, claim.payload)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await job.run(with: tools) }
            group.addTask { try await keepLease(of: claim) }
            try await group.next()
        }
    }

    /// Renews the lease until it is cancelled; throws when it was lost, which ends the job here.
    private func keepLease(of claim: JobRecords.Claim) async throws {
        while true {
            try await Task.sleep(for: renewal)
            let end = queue.clock.now() + Self.lease
            let isRenewed: Bool
            do {
                isRenewed = try await storage.write { try JobRecords.renew(claim, until: end, in: $0) }
            } catch let error as StorageError {
                // The next time, perhaps.
                logger.warning("A job’s lease was not renewed", metadata: ["error": "\(error)"])
                continue
            }
            guard isRenewed else { throw LeaseLost() }
        }
    }

    private struct LeaseLost: Error {}

    private func conclude(
        _ claim: JobRecords.Claim, _ failure: (any Error)?, isCancelled: Bool
    ) async throws {
        guard let failure else { return try await storage.write { try JobRecords.finish(claim, in: $0) } }
        guard !isCancelled, !(failure is LeaseLost) else {
            return try await storage.write { try JobRecords.release(claim, in: $0) }
        }
        let verdict = JobFailure(
            attempts: claim.attempts, since: claim.failingSince, now: queue.clock.now(),
            pauses: kinds.pauses(of: claim.kind))
        let words = JobFailure.words(of: failure)
        try await storage.write { connection in
            try JobRecords.fail(
                claim, words, since: verdict.since, runAt: verdict.runAt, givenUpAt: verdict.givenUpAt,
                in: connection)
        }
        let metadata: Logger.Metadata = [
            "id": "\(claim.id)", "kind": "\(claim.kind)", "attempts": "\(claim.attempts)",
            "error": "\(words)",
        ]
        if verdict.givenUpAt == nil {
            logger.warning("A job failed, and will be tried again", metadata: metadata)
        } else {
            logger.error("A job was given up: see “isntgram jobs list”", metadata: metadata)
        }
    }

    // MARK: - For whoever runs the server

    /// Every job that waits, runs, or was given up; what is due first comes first.
    package func all() async throws -> [WaitingJob] { try await storage.read(JobRecords.all) }

    /// How many jobs are still to be done.
    package func count() async throws -> Int { try await storage.read(JobRecords.count) }

    /// Has a job run now, also one that was given up.
    /// - Throws: ``Problem`` of kind `notFound`.
    package func retry(_ id: ID<WaitingJob>) async throws {
        let now = queue.clock.now()
        guard try await storage.write({ try JobRecords.retry(id, at: now, in: $0) }) else {
            throw Problem(.notFound, "There is no job \(id).")
        }
        queue.wake()
    }

    /// Takes a job out undone.
    /// - Throws: ``Problem`` of kind `notFound`.
    package func drop(_ id: ID<WaitingJob>) async throws {
        guard try await storage.write({ try JobRecords.drop(id, in: $0) }) else {
            throw Problem(.notFound, "There is no job \(id).")
        }
    }
}
