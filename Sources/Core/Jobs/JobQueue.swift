import Storage

/// The queue to which rules add jobs.
package struct JobQueue: Sendable {
    let ids: IDSequence
    let clock: WallClock
    let wakeSignal = WakeSignal()

    /// Stores a job inside the transaction that causes it. The caller must call ``wake()`` after the commit.
    /// - Parameters:
    ///   - key: at most one job with the same key waits. A waiting job gets the new payload and keeps the
    ///     earlier time. A job that is running at the moment runs once more afterwards.
    ///   - time: when the job may run, in milliseconds since 1970; nil to run it immediately.
    func enqueue(_ job: some Job, key: String? = nil, at time: Int64? = nil, in connection: any Connection)
        throws
    {
        try JobRecords.insert(
            ids.next(), kind: type(of: job).kind, payload: job.payload, key: key,
            at: time ?? clock.now(), in: connection)
    }

    /// Makes this process look for jobs now instead of at the next poll.
    func wake() { wakeSignal.send() }
}
