import Storage

/// Where rules put jobs.
package struct JobQueue: Sendable {
    let ids: IDSequence
    let clock: WallClock
    let alarm = Alarm()

    /// Keeps a job inside the transaction that causes it. Whoever calls this calls ``wake()`` after the
    /// commit.
    /// - Parameters:
    ///   - key: of jobs with the same key one waits at most: a waiting one gets the new payload and keeps the earlier
    ///     time. One that is being run at the moment runs once more afterwards.
    ///   - time: when it may run, in milliseconds since 1970; nil for at once.
    func enqueue(_ job: some Job, key: String? = nil, at time: Int64? = nil, in connection: any Connection)
        throws
    {
        try JobRecords.insert(
            ids.next(), kind: type(of: job).kind, payload: job.payload, key: key,
            at: time ?? clock.now(), in: connection)
    }

    /// Has this process look for jobs now, and not only when it next would.
    func wake() { alarm.ring() }
}
