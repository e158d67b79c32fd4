import Logging
import Storage

/// Runs jobs.
///
/// A process claims a job with a lease, and renews the lease while the job runs. If the process dies, the
/// lease expires and another process claims the job. So no job is lost, but a job may run twice, which is why
/// jobs are idempotent (see ``Job``).
package struct Jobs: Sendable {
    /// How long a lease lasts after it was taken or renewed, in milliseconds.
    static let leaseDuration: Int64 = 2 * 60 * 1000

    let storage: any Storage
    let queue: JobQueue
    let tools: JobTools
    let logger: Logger
    var kinds = JobKinds.all
    var leaseRenewalInterval = Duration.seconds(40)
    /// How often the database is asked for jobs that other processes enqueued or that have become due.
    var pollInterval = Duration.seconds(3)

    // MARK: - Running

    /// Runs jobs as they become due, until the task is cancelled. Jobs that are running at that moment return
    /// to the queue.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in JobLane.allCases {
                for _ in 0..<lane.concurrency { group.addTask { await work(in: lane) } }
            }
        }
    }

    /// Runs due jobs one after another, until none is left or the task is cancelled.
    /// - Parameter ahead: also runs jobs that become due within this many milliseconds.
    /// - Returns: how many jobs ran.
    @discardableResult
    package func runDue(ahead: Int64 = 0) async throws -> Int {
        var count = 0
        while !Task.isCancelled, try await runNext(in: JobLane.allCases, ahead: ahead) { count += 1 }
        return count
    }

    private func work(in lane: JobLane) async {
        var isStorageFailing = false
        while !Task.isCancelled {
            let signalCount = queue.wakeSignal.count
            do {
                let didRun = try await runNext(in: [lane])
                isStorageFailing = false
                if didRun { continue }
            } catch {
                if !Task.isCancelled, !isStorageFailing {
                    logger.warning("Jobs cannot be read from the database", metadata: ["error": "\(error)"])
                }
                isStorageFailing = true
            }
            await queue.wakeSignal.wait(since: signalCount, atMost: pollInterval)
        }
    }

    /// Runs the job that has been due for the longest time. Returns false if no job is due.
    private func runNext(in lanes: [JobLane], ahead: Int64 = 0) async throws -> Bool {
        let now = queue.clock.now()
        let due = JobRecords.Due(kinds: kinds.names(in: lanes), now: now, ahead: ahead)
        guard try await storage.read({ try JobRecords.isAnyDue(due, in: $0) }),
            let claim = try await storage.write({
                try JobRecords.claim(due, until: now + Self.leaseDuration, in: $0)
            })
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
        // A separate task, because the result must be stored even if this task is cancelled.
        await Task {
            do {
                try await storeResult(of: claim, failure, isCancelled: isCancelled)
            } catch {
                // The lease will expire, and the job will run again.
                logger.warning(
                    "The result of a job was not saved",
                    metadata: ["kind": "\(claim.kind)", "error": "\(error)"])
            }
        }.value
    }

    private func run(_ claim: JobRecords.Claim) async throws {
        let job = try kinds.decode(claim.kind, claim.payload)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await job.run(with: tools) }
            group.addTask { try await keepLease(of: claim) }
            try await group.next()
        }
    }

    /// Renews the lease until the task is cancelled. Throws if the lease was lost, which stops the job in
    /// this process.
    private func keepLease(of claim: JobRecords.Claim) async throws {
        while true {
            try await Task.sleep(for: leaseRenewalInterval)
            let end = queue.clock.now() + Self.leaseDuration
            let isRenewed: Bool
            do {
                isRenewed = try await storage.write { try JobRecords.renew(claim, until: end, in: $0) }
            } catch let error as StorageError {
                // The next renewal may succeed.
                logger.warning("The lease of a job was not renewed", metadata: ["error": "\(error)"])
                continue
            }
            guard isRenewed else { throw LeaseLost() }
        }
    }

    private struct LeaseLost: Error {}

    private func storeResult(
        of claim: JobRecords.Claim, _ failure: (any Error)?, isCancelled: Bool
    ) async throws {
        guard let failure else { return try await storage.write { try JobRecords.finish(claim, in: $0) } }
        guard !isCancelled, !(failure is LeaseLost) else {
            return try await storage.write { try JobRecords.release(claim, in: $0) }
        }
        let next = JobFailure(
            attempts: claim.attempts, failingSince: claim.failingSince, now: queue.clock.now(),
            retryDelays: kinds.retryDelays(of: claim.kind))
        let message = JobFailure.redactedDescription(of: failure)
        try await storage.write { connection in
            try JobRecords.fail(
                claim, message, failingSince: next.failingSince, runAt: next.runAt, givenUpAt: next.givenUpAt,
                in: connection)
        }
        let metadata: Logger.Metadata = [
            "id": "\(claim.id)", "kind": "\(claim.kind)", "attempts": "\(claim.attempts)",
            "error": "\(message)",
        ]
        if next.givenUpAt == nil {
            logger.warning("A job failed and will be retried", metadata: metadata)
        } else {
            logger.error("A job was given up. Run “isntgram jobs list” to see it.", metadata: metadata)
        }
    }

    // MARK: - Administration

    /// Every job that waits, runs or was given up, in the order in which they are due.
    package func all() async throws -> [WaitingJob] { try await storage.read(JobRecords.all) }

    /// How many jobs wait or run.
    package func count() async throws -> Int { try await storage.read(JobRecords.count) }

    /// Schedules a job to run now, even if it was given up.
    /// - Throws: ``Problem`` of kind `notFound`.
    package func retry(_ id: ID<WaitingJob>) async throws {
        let now = queue.clock.now()
        guard try await storage.write({ try JobRecords.retry(id, at: now, in: $0) }) else {
            throw Problem(.notFound, "There is no job \(id).")
        }
        queue.wake()
    }

    /// Removes a job without running it.
    /// - Throws: ``Problem`` of kind `notFound`.
    package func drop(_ id: ID<WaitingJob>) async throws {
        guard try await storage.write({ try JobRecords.drop(id, in: $0) }) else {
            throw Problem(.notFound, "There is no job \(id).")
        }
    }
}
