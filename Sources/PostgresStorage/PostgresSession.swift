import CPostgres
import Storage

/// A connection to the server with its prepared statements.
///
/// It is `@unchecked Sendable`, because libpq's connection is a pointer. The pool lets only one thread at a
/// time use it.
final class PostgresSession: @unchecked Sendable {
    private struct Statement: Hashable {
        let text: String
        let types: [Oid]
    }

    /// The maximum number of prepared statements. Further statements are not prepared, so that varying text
    /// cannot fill the memory of the server.
    private static let maximumPreparedStatements = 500

    let handle: OpaquePointer
    private let options: PostgresOptions
    private var prepared: [Statement: String] = [:]
    /// The first error of the current transaction.
    private var failure: PostgresFailure?
    private var isCommitting = false

    /// Connects to the server. Waits at most as long as the `retryTimeout` of `options`, but at least two
    /// seconds.
    /// - Throws: ``StorageError/other(_:)`` with libpq's message, which contains no password.
    init(url: String, options: PostgresOptions) throws(StorageError) {
        try Self.check(url)
        let seconds = max(2, options.retryTimeout.components.seconds)
        // The URL can override the parameters before `dbname`, but not those after it.
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
        guard PQstatus(handle) == CONNECTION_OK else { throw .other(PostgresFailure.message(of: handle)) }
        // Notices, for example that a table already exists, are not needed.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            throw .other(
                "the encoding of the database is \(encoding). Create the database with ENCODING 'UTF8'")
        }
        if options.preparesStatements {
            do { try command(settings(local: false)) } catch {
                throw .other(PostgresFailure.message(of: handle))
            }
        }
    }

    deinit { PQfinish(handle) }

    /// Checks whether libpq can parse the URL. If it cannot, its message quotes the problematic part, which
    /// may be the password or a part of it. So its message is used only if it is about the name of a
    /// parameter.
    private static func check(_ url: String) throws(StorageError) {
        var problem: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(url, &problem)
        let message = problem.map { String(cString: $0) } ?? ""
        PQfreemem(problem)
        guard parsed == nil else { return PQconninfoFree(parsed) }
        let query = url.drop { $0 != "?" }
        guard message.hasPrefix("invalid URI query parameter"), !query.contains("@") else {
            throw .other(
                """
                the database URL is not valid. Special characters in its password must be percent-encoded, \
                for example %25 for a percent sign
                """)
        }
        throw .other(message.split(separator: "\n").joined(separator: " "))
    }

    // MARK: - Transactions

    enum Kind { case read, write, alone }

    /// Runs `body` in a transaction. If this throws, ``recovery`` says whether a retry makes sense.
    func transaction<T>(_ kind: Kind, _ body: (any Connection) throws -> T) throws -> T {
        failure = nil
        isCommitting = false
        do {
            try command(beginStatements(of: kind))
            let result = try body(PostgresConnection(session: self))
            // A statement failed, but the body continued. On COMMIT, the server would only roll back.
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

    /// Runs statements outside of transactions without a time limit. If the connection has a statement
    /// timeout, it is disabled meanwhile.
    func runOutsideTransaction(_ statements: [String]) throws(StorageError) {
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

    /// What to do after a transaction failed.
    enum Recovery { case fail, retry, retryOnNewConnection }

    var recovery: Recovery {
        guard let failure else { return .fail }
        if failure.isConflict { return .retry }
        // Nothing was changed, unless the connection was lost between a COMMIT and its response.
        return failure.isStale || isLost && !isCommitting ? .retryOnNewConnection : .fail
    }

    /// Whether this connection can be used for another transaction.
    var isReusable: Bool {
        !isLost && failure?.isStale != true && PQtransactionStatus(handle) == PQTRANS_IDLE
    }

    private var isLost: Bool { PQstatus(handle) != CONNECTION_OK || failure?.isEndOfConnection == true }

    /// The statements that begin a transaction. A read uses one snapshot. A write is serializable, because
    /// the rules are written for a single writer, as with SQLite: what they have read must still be true when
    /// they commit. Writes that conflict run again.
    private func beginStatements(of kind: Kind) -> String {
        let begin =
            switch kind {
            case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            case .write: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
            case .alone: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
            }
        let local = options.preparesStatements ? "" : "; " + settings(local: true)
        guard kind == .alone else { return begin + local }
        // READ COMMITTED, because a snapshot would be taken before the lock is granted. The number of the
        // lock is a random constant. There are no timeouts, because the migrations of another process may
        // take a long time.
        return begin + local + """
            ; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = 0;
            SELECT pg_advisory_xact_lock(7239460918652154871)
            """
    }

    /// The statements that set timeouts. They also enable `synchronous_commit` if the server has disabled it,
    /// so that a commit waits for the disk.
    private func settings(local: Bool) -> String {
        let scope = local ? "LOCAL " : ""
        return """
            SET \(scope)statement_timeout = \(options.statementTimeout.milliseconds);
            SET \(scope)lock_timeout = \(options.lockTimeout.milliseconds);
            SET \(scope)idle_in_transaction_session_timeout = 60000;
            SELECT set_config('synchronous_commit', 'on', \(local))
            WHERE current_setting('synchronous_commit') = 'off'
            """
    }

    // MARK: - Statements

    /// Runs statements without binds, one after another.
    func command(_ text: String) throws(StorageError) {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs one statement with its binds. Prepares it first if the options say so.
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

    /// Returns the name of the prepared statement, or nil if the statement is not prepared.
    private func name(of statement: Statement) throws(StorageError) -> String? {
        if let name = prepared[statement] { return name }
        guard options.preparesStatements, prepared.count < Self.maximumPreparedStatements else { return nil }
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

/// Calls `body` with a null-terminated list of C strings.
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
