/// The settings of the database.
struct DatabaseSettings: Sendable {
    /// The PostgreSQL URL; empty for SQLite in the data directory.
    let url: String
    let connections: Int
    let preparesStatements: Bool
    let eventsURL: String

    /// Whether other instances can use the same database.
    var isShared: Bool { !url.isEmpty }

    /// - Throws: ``CommandError``, which never contains a password.
    init(_ value: (Settings.Key) -> String) throws(CommandError) {
        url = value(Settings.databaseURL)
        try Self.check(url, Settings.databaseURL)
        let events = value(Settings.databaseEventsURL)
        try Self.check(events, Settings.databaseEventsURL)
        eventsURL = events.isEmpty ? url : events
        let count = value(Settings.databaseConnections)
        guard let connections = Int(count), (1...200).contains(connections) else {
            throw CommandError(
                """
                The number of database connections must be from 1 to 200, not “\(count)” \
                (\(Settings.databaseConnections.variable)).
                """)
        }
        self.connections = connections
        let prepared = value(Settings.databasePrepared)
        guard ["on", "off"].contains(prepared) else {
            throw CommandError(
                """
                Prepared statements must be on or off, not “\(prepared)” \
                (\(Settings.databasePrepared.variable)).
                """
            )
        }
        preparesStatements = prepared == "on"
    }

    /// Whether this is a URL that libpq accepts.
    static func isPostgresURL(_ url: String) -> Bool {
        url.hasPrefix("postgres://") || url.hasPrefix("postgresql://")
    }

    private static func check(_ url: String, _ key: Settings.Key) throws(CommandError) {
        guard url.isEmpty || isPostgresURL(url) else {
            throw CommandError(
                "The database URL must look like postgres://user:password@host/database (\(key.variable)).")
        }
    }
}
