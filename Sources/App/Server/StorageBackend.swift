import Core
import Logging
import PostgresStorage
import SQLiteStorage
import ServiceLifecycle
import Storage

/// The database that the settings choose, and the events that announce changes in it.
struct StorageBackend: Sendable {
    let storage: any Storage
    let events: any Events
    let services: [any Service]

    /// Opens the database.
    /// - Throws: ``StorageError`` if it cannot be used.
    static func open(_ settings: Settings, logger: Logger) async throws -> StorageBackend {
        guard settings.database.isShared else {
            let storage = try sqlite(in: settings.data)
            return StorageBackend(storage: storage, events: LocalEvents(), services: [])
        }
        let options = options(settings.database, logger: logger)
        let storage = try await PostgresStorage(url: settings.database.url, options: options)
        let channel = try await PostgresChannel(
            url: settings.database.eventsURL, storage: storage, options: options)
        let events = SharedEvents(channel: channel, logger: logger)
        return StorageBackend(storage: storage, events: events, services: [EventListener(events: events)])
    }

    /// Opens the SQLite database of a data directory.
    static func sqlite(in directory: String) throws -> SQLiteStorage {
        try SQLiteStorage(path: directory + "/isntgram.sqlite")
    }

    static func options(_ settings: DatabaseSettings, logger: Logger) -> PostgresOptions {
        var options = PostgresOptions()
        options.connections = settings.connections
        options.preparesStatements = settings.preparesStatements
        options.reportProblem = { logger.warning("\($0)") }
        return options
    }

    /// Receives the events of other instances while the server runs.
    private struct EventListener: Service {
        let events: SharedEvents
        func run() async { await cancelWhenGracefulShutdown { await events.listen() } }
    }
}
