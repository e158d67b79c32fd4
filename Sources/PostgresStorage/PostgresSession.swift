import CPostgres
import Storage

/// One connection to the server, with the statements prepared on it.
///
/// Unchecked, because libpq's connection is a pointer: the pool lends a session to one thread at a time.
final class PostgresSession: @unchecked Sendable {
    private struct Statement: Hashable {
        let text: String
        let types: [Oid]
    }

    /// Statements beyond these are sent whole each time: text that varies must not fill the server's memory.
    private static let preparedAtMost = 500

    let handle: OpaquePointer
    private let options: PostgresOptions
    private var prepared: [Statement: String] = [:]
    /// What the transaction in hand first failed with.
    private var failure: PostgresFailure?
    private var isCommitting = false

    /// Connects, which takes as long as the server lets it, at most the patience of `options`.
    /// - Throws: ``StorageError/other(_:)`` with libpq's words, which name no password.
    init(url: String, options: PostgresOptions) throws(StorageError) {
        try Self.check(url)
        let seconds = max(2, options.patience.components.seconds)
        // What stands before `dbname` the URL can change, what stands after it not.
        let parameters = [
            ("connect_timeout", "\(seconds)"), ("application_name", "isntgram"), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
            ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let handle = withCStrings(parameters.map(\.0)) { names in
            withCStrings(parameters.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let handle else { throw .full }
        self.handle = handle
        self.options = options
        guard PQstatus(handle) == CONNECTION_OK else { throw .other(PostgresFailure.words(of: handle)) }
        // Notices, such as that a table is there already, are for a person at a prompt.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            throw .other("The encoding of the database is \(encoding); make one with ENCODING 'UTF8'.")
        }
        if options.preparesStatements {
            do { try command(settings(local: false)) } catch {
                throw .other(PostgresFailure.words(of: handle))
            }
        }
    }

    deinit { PQfinish(handle) }

    /// Of a URL that it cannot read, libpq repeats what it stumbled over, which may be the password or a part
    /// of it: its words are shown only where that is a parameter’s name.
    private static func check(_ url: String) throws(StorageError) {
        var problem: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(url, &problem)
        let words = problem.map { String(cString: $0) } ?? ""
        PQfreemem(problem)
        guard parsed == nil else { return PQconninfoFree(parsed) }
        let query = url.drop { $0 != "?" }
        guard words.hasPrefix("invalid URI query parameter"), !query.contains("@") else {
            throw .other(
                "The database URL cannot be read. A percent sign in its password is written %25, others likewise."
            )
        }
        throw .other(words.split(separator: "\n").joined(separator: " "))
    }

    // MARK: - Transactions

    enum Kind { case read, write, alone }

    /// Runs `body` in one transaction. When this throws, ``verdict`` tells whether it is worth another try.
    func transaction<T>(_ kind: Kind, _ body: (any Connection) throws -> T) throws -> T {
        failure = nil
        isCommitting = false
        do {
            try command(beginning(of: kind))
            let result = try body(PostgresConnection(session: self))
            // A statement failed and the body went on: the server would answer a COMMIT by rolling back.
            if let failure { throw failure.error }
            isCommitting = kind != .read
            if isCommitting { try command("COMMIT") } else { PQclear(PQexec(handle, "COMMIT")) }
            return result
        } catch {
            if isCommitting, isLost {
                throw StorageError.uncertain
            }
            if PQtransactionStatus(handle) != PQTRANS_IDLE { PQclear(PQexec(handle, "ROLLBACK")) }
            throw error
        }
    }

    /// Runs statements that stand in no transaction, each for as long as it takes: where limits of time were
    /// set on this connection they are lifted meanwhile.
    func runAlone(_ statements: [String]) throws(StorageError) {
        failure = nil
        isCommitting = false
        if options.preparesStatements { try command("SET statement_timeout = 0") }
        var found: StorageError?
        for statement in statements where found == nil {
            do { try command(statement) } catch { found = error }
        }
        if options.preparesStatements { try command(settings(local: false)) }
        if let found { throw found }
    }

    /// What to do about a transaction that failed.
    enum Verdict { case giveUp, tryAgain, tryOnNewConnection }

    var verdict: Verdict {
        guard let failure else { return .giveUp }
        if failure.isConflict { return .tryAgain }
        // Nothing was done, unless the connection went away between a COMMIT and its answer.
        return failure.isStale || isLost && !isCommitting ? .tryOnNewConnection : .giveUp
    }

    /// Whether another transaction may follow on this connection.
    var isReusable: Bool {
        !isLost && failure?.isStale != true && PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    private var isLost: Bool { PQstatus(handle) != CONNECTION_OK || failure?.isEndOfConnection == true }

    /// A read sees one snapshot. A write is serializable, because the rules are written, and proven over
    /// SQLite, as if nobody else wrote: only so does what they have read still hold when they commit. Writes
    /// in each other's way run again.
    private func beginning(of kind: Kind) -> String {
        let begin =
            switch kind {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
            case .alone: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            }
        let local = options.preparesStatements ? "" : "; " + settings(local: true)
        guard kind == .alone else { return begin + local }
        // Committed reads, because a snapshot would be taken before the lock is granted. The lock's number is
        // ours by chance. Waiting for another program's migration may take as long as that takes.
        return begin + local + """
            ; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(7239460918652154871)
            """
    }

    /// Limits of time; and where the server was told not to wait for the disk, it is told to.
    private func settings(local: Bool) -> String {
        let scope = local ? "LOCAL " : ""
        return """
            SET \(scope)statement_timeout = \(options.statementTimeout.milliseconds);
            SET \(scope)lock_timeout = \(options.lockTimeout.milliseconds);
            SET \(scope)idle_in_transaction_session_timeout = 60000;
            SELECT set_config('synchronous_commit', 'on', \(local)) WHERE current_setting('synchronous_commit') = 'off'
            """
    }

    // MARK: - Statements

    /// Runs statements without binds, one after the other.
    func command(_ text: String) throws(StorageError) {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs one statement with its binds, prepared where that is wanted.
    func execute<T>(_ sql: SQL, _ read: (OpaquePointer) throws -> T) throws -> T {
        let parameters = PostgresParameters(sql.binds)
        let count = CInt(sql.binds.count)
        let name = try name(of: Statement(text: sql.text, types: parameters.types))
        let result = parameters.withPointers { values, lengths, formats in
            if let name {
                PQexecPrepared(handle, name, count, values, lengths, formats, 0)
            } else {
                PQexecParams(handle, sql.text, count, parameters.types, values, lengths, formats, 0)
            }
        }
        defer { PQclear(result) }
        try check(result)
        guard let result else { throw StorageError.busy }
        return try read(result)
    }

    /// The name under which a statement is prepared; nil where it is not.
    private func name(of statement: Statement) throws(StorageError) -> String? {
        if let name = prepared[statement] { return name }
        guard options.preparesStatements, prepared.count < Self.preparedAtMost else { return nil }
        let name = "s\(prepared.count)"
        let result = PQprepare(handle, name, statement.text, CInt(statement.types.count), statement.types)
        defer { PQclear(result) }
        try check(result)
        prepared[statement] = name
        return name
    }

    private func check(_ result: OpaquePointer?) throws(StorageError) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default:
            let found = PostgresFailure(result, on: handle)
            if failure == nil { failure = found }
            throw found.error
        }
    }
}

/// Runs `body` with a list of C strings that ends with none, as libpq takes lists.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let copies = strings.map { Array($0.utf8CString) }
    return copies.flatMap { $0 }.withUnsafeBufferPointer { memory in
        var start = 0
        var pointers: [UnsafePointer<CChar>?] = []
        for copy in copies {
            pointers.append(memory.baseAddress?.advanced(by: start))
            start += copy.count
        }
        return body(pointers + [nil])
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
