/// The options of a ``PostgresStorage``.
package struct PostgresOptions: Sendable {
    /// The maximum number of connections. Each has its own thread and is opened when it is first needed.
    package var connections = 8

    /// Whether each connection prepares its statements once. This must be false behind a connection pooler in
    /// transaction mode, such as PgBouncer, because nothing may be left on a connection after a transaction.
    package var preparesStatements = true

    /// How long a call waits for a connection, for the server to come back, and for conflicts with other
    /// writers to end, until it throws ``StorageError/busy``. The default is the same as for SQLite.
    package var retryTimeout: Duration = .seconds(5)

    /// How long the server may work on one statement.
    package var statementTimeout: Duration = .seconds(30)
    /// How long a statement waits for locks of other transactions.
    package var lockTimeout: Duration = .seconds(5)

    /// Receives a message for a log when the server cannot be reached or a connection is lost.
    package var reportProblem: @Sendable (String) -> Void = { _ in }

    package init() {}
}
