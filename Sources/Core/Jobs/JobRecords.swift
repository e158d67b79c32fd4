import Storage

/// A job as it is kept, for whoever runs the server.
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
    /// A job that this process runs for now.
    struct Claim: Sendable {
        let id: ID<WaitingJob>
        let kind: String
        let payload: String
        /// This one counted.
        let attempts: Int
        let generation: Int64
        let failingSince: Int64?
        /// A random number: who holds it holds the job.
        let lease: Int64
    }

    /// Which jobs are due.
    struct Due: Sendable {
        let kinds: [String]
        let now: Int64
        /// New jobs count as due so much sooner, in milliseconds.
        var ahead: Int64 = 0

        fileprivate var condition: SQL {
            // Kinds of a newer version are left to copies that know them. A lease that ends later than any does was
            // taken by a wrong clock; copies' clocks may differ by as much as a lease is long.
            """
            (leased_until <= \(now) OR leased_until > \(now + 2 * Jobs.lease))
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
        // A job that failed keeps its pause where it is the same again; another payload is new work, which runs at its
        // own time. Where nothing would change, nothing is written: a hundred deletions a second need not all wait for
        // one row.
        let isNew: SQL =
            "(jobs.given_up_at IS NOT NULL OR jobs.payload <> excluded.payload OR jobs.kind <> excluded.kind)"
        try connection.run(
            """
            INSERT INTO jobs (id, kind, payload, key, run_at) VALUES (\(id), \(kind), \(payload), \(key), \(time))
            ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, payload = excluded.payload,
                generation = jobs.generation + 1,
                run_at = CASE WHEN jobs.lease <> 0 OR jobs.failing_since IS NOT NULL AND \(isNew) THEN excluded.run_at
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

    /// Takes the job that is due the longest. One whose lease is over is taken from whoever let it go by.
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

    /// False when the job is another's by now.
    static func renew(_ claim: Claim, until end: Int64, in connection: any Connection) throws -> Bool {
        try connection.run(
            "UPDATE jobs SET leased_until = \(end) WHERE id = \(claim.id) AND lease = \(claim.lease)") == 1
    }

    /// Ends a job that was done; one that was enqueued again meanwhile waits anew.
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

    /// Has a job wait that was broken off and not tried.
    static func release(_ claim: Claim, in connection: any Connection) throws {
        try connection.run(
            """
            UPDATE jobs SET lease = 0, leased_until = 0, attempts = attempts - 1
            WHERE id = \(claim.id) AND lease = \(claim.lease)
            """)
    }

    /// Has a job wait that failed. One that was enqueued again meanwhile keeps the time that it got then.
    static func fail(
        _ claim: Claim, _ error: String, since: Int64, runAt: Int64, givenUpAt: Int64?,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            UPDATE jobs SET lease = 0, leased_until = 0, last_error = \(error),
                run_at = CASE WHEN generation = \(claim.generation) THEN \(runAt) ELSE run_at END,
                attempts = CASE WHEN generation = \(claim.generation) THEN attempts ELSE 0 END,
                failing_since = CASE WHEN generation = \(claim.generation) THEN \(since) END,
                given_up_at = CASE WHEN generation = \(claim.generation) THEN \(givenUpAt) ELSE given_up_at END
            WHERE id = \(claim.id) AND lease = \(claim.lease)
            """)
    }

    // MARK: - For whoever runs the server

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
            UPDATE jobs SET run_at = \(time), given_up_at = NULL, failing_since = NULL, attempts = 0, lease = 0, leased_until = 0
            WHERE id = \(id)
            """) == 1
    }

    static func drop(_ id: ID<WaitingJob>, in connection: any Connection) throws -> Bool {
        try connection.run("DELETE FROM jobs WHERE id = \(id)") == 1
    }
}
