/// Where records are kept, as the settings say.
struct DatabaseSettings: Sendable {
    /// Empty for SQLite in the data folder.
    let url: String
    let connections: Int
    let prepares: Bool
    let eventsURL: String

    var isShared: Bool { !url.isEmpty }

    /// - Throws: ``SettingsError``, which names no password.
    init(_ value: (Settings.Key) -> String) throws(SettingsError) {
        url = value(Settings.databaseURL)
        try Self.check(url, Settings.databaseURL)
        let events = value(Settings.databaseEventsURL)
        try Self.check(events, Settings.databaseEventsURL)
        eventsURL = events.isEmpty ? url : events
        let count = value(Settings.databaseConnections)
        guard let connections = Int(count), (1...200).contains(connections) else {
            throw SettingsError(
                "The number of connections “\(count)” is none from 1 to 200 (\(Settings.databaseConnections.variable))."
            )
        }
        self.connections = connections
        let prepared = value(Settings.databasePrepares)
        guard ["on", "off"].contains(prepared) else {
            throw SettingsError(
                "Prepared statements are on or off, not “\(prepared)” (\(Settings.databasePrepares.variable))."
            )
        }
        prepares = prepared == "on"
    }

    /// Whether this is an address of PostgreSQL, as libpq takes it.
    static func namesPostgres(_ url: String) -> Bool {
        url.hasPrefix("postgres://") || url.hasPrefix("postgresql://")
    }

    private static func check(_ url: String, _ key: Settings.Key) throws(SettingsError) {
        guard url.isEmpty || namesPostgres(url) else {
            throw SettingsError(
                "The database URL is not like postgres://user:password@host/database (\(key.variable)).")
        }
    }
}
