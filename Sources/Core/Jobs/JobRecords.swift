import Storage

/// A stored job, as it is shown to the administrator.
package struct WaitingJob: Sendable {
    package let id: ID<WaitingJob>
    package let kind: String
    /// Times are milliseconds since 1970.
    package let runAt: Int64
    package let attempts: Int
    package let isRunning: Bool
    package let lastError: String
    package let givenUpAt: Int64?
}

/// The SQL of jobs.
enum JobRecords {
    /// A job that this process has claimed.
    struct Claim: Sendable {
        let id: ID<WaitingJob>
        let kind: String
        let payload: String
        /// How many attempts there were, including this one.
        let attempts: Int
        let generation: Int64
        let failingSince: Int64?
        /// A random number that identifies this claim. Another claim of the same job has another number.
        let lease: Int64
    }

    /// A filter for jobs that are due.
    struct Due: Sendable {
        let kinds: [String]
        let now: Int64
        /// Milliseconds by which jobs that have not failed count as due early.
        var ahead: Int64 = 0

        fileprivate var condition: SQL {
            // Kinds of a newer version are left to instances that know them. A lease that ends implausibly
            // late was taken by an instance with a wrong clock, and is ignored. The clocks of instances may
            // differ by as much as the duration of a lease.
            """
            (leased_until <= \(now) OR leased_until > \(now + 2 * Jobs.leaseDuration))
            AND given_up_at IS NULL AND kind IN (\(list(kinds)))
            AND (run_at <= \(now) OR run_at <= \(now + ahead) AND failing_since IS NULL)
            """
        }

        private func list(_ kinds: [String]) -> SQL {
            kinds.dropFirst().reduce(kinds.first.map { "\($0)" } ?? "''") { "\($0), \($1)" }
        }
    }

    static func insert(
        _ id: ID<WaitingJob>, kind: String, payload: String, key: String?, at time: Int64,
        in connection: any Connection
    ) throws {
        // A failed job that is enqueued again unchanged keeps its retry delay. A different payload is new
        // work, which runs at its own time. If nothing would change, nothing is written, so that many
        // deletions per second do not all wait for the same row.
        let isNew: SQL =
            "(jobs.given_up_at IS NOT NULL OR jobs.payload <> excluded.payload OR jobs.kind <> excluded.kind)"
        try connection.run(
            """
            INSERT INTO jobs (id, kind, payload, key, run_at)
            VALUES (\(id), \(kind), \(payload), \(key), \(time))
            ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, payload = excluded.payload,
                generation = jobs.generation + 1,
                run_at = CASE WHEN jobs.lease <> 0 OR jobs.failing_since IS NOT NULL AND \(isNew)
                    THEN excluded.run_at
                    WHEN jobs.failing_since IS NULL AND excluded.run_at < jobs.run_at THEN excluded.run_at
                    ELSE jobs.run_at END,
                attempts = CASE WHEN jobs.lease = 0 AND \(isNew) THEN 0 ELSE jobs.attempts END,
                failing_since = CASE WHEN \(isNew) THEN NULL ELSE jobs.failing_since END, given_up_at = NULL
            WHERE jobs.lease <> 0 OR jobs.given_up_at IS NOT NULL OR jobs.payload <> excluded.payload
                OR jobs.kind <> excluded.kind OR jobs.failing_since IS NULL AND excluded.run_at < jobs.run_at
            """)
    }

    static func isAnyDue(_ due: Due, in connection: any Connection) throws -> Bool {
        try connection.exists("SELECT 1 FROM jobs WHERE \(due.condition) LIMIT 1")
    }

    /// Claims the job that has been due for the longest time. A job whose lease has expired may be claimed
    /// too.
    static func claim(_ due: Due, until end: Int64, in connection: any Connection) throws -> Claim? {
        let lease = Int64.random(in: 1...Int64.max)
        return try connection.row(
            """
            UPDATE jobs SET lease = \(lease), leased_until = \(end), attempts = attempts + 1
            WHERE id = (SELECT id FROM jobs WHERE \(due.condition) ORDER BY run_at, id LIMIT 1)
            RETURNING id, kind, payload, attempts, generation, failing_since
            """
        ) { row in
            Claim(
                id: row.id(), kind: row.text(), payload: row.text(), attempts: row.count(),
                generation: row.int(), failingSince: row.intOrNil(), lease: lease)
        }
    }

    /// Extends the lease. Returns false if another process has claimed the job.
    static func renew(_ claim: Claim, until end: Int64, in connection: any Connection) throws -> Bool {
        try connection.run(
            "UPDATE jobs SET leased_until = \(end) WHERE id = \(claim.id) AND lease = \(claim.lease)") == 1
    }

    /// Removes a job that succeeded. A job that was enqueued again in the meantime waits for its next run.
    static func finish(_ claim: Claim, in connection: any Connection) throws {
        let removed = try connection.run(
            """
            DELETE FROM jobs
            WHERE id = \(claim.id) AND lease = \(claim.lease) AND generation = \(claim.generation)
            """)
        guard removed == 0 else { return }
        try connection.run(
            """
            UPDATE jobs SET lease = 0, leased_until = 0, attempts = 0, failing_since = NULL, last_error = ''
            WHERE id = \(claim.id) AND lease = \(claim.lease)
            """)
    }

    /// Returns an interrupted job to the queue. The interrupted attempt does not count.
    static func release(_ claim: Claim, in connection: any Connection) throws {
        try connection.run(
            """
            UPDATE jobs SET lease = 0, leased_until = 0, attempts = attempts - 1
            WHERE id = \(claim.id) AND lease = \(claim.lease)
            """)
    }

    /// Schedules the next attempt of a failed job. A job that was enqueued again in the meantime keeps the
    /// time that it was given then.
    static func fail(
        _ claim: Claim, _ error: String, failingSince: Int64, runAt: Int64, givenUpAt: Int64?,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            UPDATE jobs SET lease = 0, leased_until = 0, last_error = \(error),
                run_at = CASE WHEN generation = \(claim.generation) THEN \(runAt) ELSE run_at END,
                attempts = CASE WHEN generation = \(claim.generation) THEN attempts ELSE 0 END,
                failing_since = CASE WHEN generation = \(claim.generation) THEN \(failingSince) END,
                given_up_at = CASE WHEN generation = \(claim.generation) THEN \(givenUpAt)
                    ELSE given_up_at END
            WHERE id = \(claim.id) AND lease = \(claim.lease)
            """)
    }

    // MARK: - Administration

    static func all(in connection: any Connection) throws -> [WaitingJob] {
        try connection.rows(
            "SELECT id, kind, run_at, attempts, lease, last_error, given_up_at FROM jobs ORDER BY run_at, id"
        ) { row in
            WaitingJob(
                id: row.id(), kind: row.text(), runAt: row.int(), attempts: row.count(),
                isRunning: row.int() != 0,
                lastError: row.text(), givenUpAt: row.intOrNil())
        }
    }

    static func payloads(of kind: String, in connection: any Connection) throws -> [String] {
        try connection.rows("SELECT payload FROM jobs WHERE kind = \(kind)") { $0.text() }
    }

    static func count(in connection: any Connection) throws -> Int {
        Int(try connection.int("SELECT count(*) FROM jobs WHERE given_up_at IS NULL") ?? 0)
    }

    static func retry(_ id: ID<WaitingJob>, at time: Int64, in connection: any Connection) throws -> Bool {
        try connection.run(
            """
            UPDATE jobs SET run_at = \(time), given_up_at = NULL, failing_since = NULL, attempts = 0,
                lease = 0, leased_until = 0
            WHERE id = \(id)
            """) == 1
    }

    static func drop(_ id: ID<WaitingJob>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM jobs WHERE id = \(id)") == 1
    }
}
