/// How a ``PostgresStorage`` uses its server.
package struct PostgresOptions: Sendable {
    /// How many connections there are at most; each has a thread, and is opened when it is first needed.
    package var connections = 8

    /// Whether statements are prepared once per connection. Off behind a pooler that hands a connection on
    /// after each transaction, as PgBouncer can: nothing is then left on a connection.
    package var preparesStatements = true

    /// How long a call waits for a connection, for the server to come back, and for conflicts with other
    /// writers to pass, until it ends as ``StorageError/busy``. As long as SQLite's.
    package var patience: Duration = .seconds(5)

    /// How long the server may work on one statement, and how long it waits for others' locks.
    package var statementTimeout: Duration = .seconds(30)
    package var lockTimeout: Duration = .seconds(5)

    /// Is told, in words for a log, when the server cannot be reached or a connection is lost.
    package var reportTrouble: @Sendable (String) -> Void = { _ in }

    package init() {}
}
