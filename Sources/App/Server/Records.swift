import Core
import Logging
import PostgresStorage
import SQLiteStorage
import ServiceLifecycle
import Storage

/// The storage that the settings name, and how changes in it travel.
struct Records: Sendable {
    let storage: any Storage
    let events: any Events
    let services: [any Service]

    /// - Throws: ``StorageError`` when it cannot be used now.
    static func open(_ settings: Settings, logger: Logger) async throws -> Records {
        guard settings.database.isShared else {
            let storage = try sqlite(in: settings.data)
            return Records(storage: storage, events: LocalEvents(), services: [])
        }
        let options = options(settings.database, logger: logger)
        let storage = try await PostgresStorage(url: settings.database.url, options: options)
        let channel = try await PostgresChannel(
            url: settings.database.eventsURL, storage: storage, options: options)
        let events = SharedEvents(channel: channel, logger: logger)
        return Records(storage: storage, events: events, services: [Listening(events: events)])
    }

    /// The database of a data folder.
    static func sqlite(in folder: String) throws -> SQLiteStorage {
        try SQLiteStorage(path: folder + "/isntgram.sqlite")
    }

    static func options(_ settings: DatabaseSettings, logger: Logger) -> PostgresOptions {
        var options = PostgresOptions()
        options.connections = settings.connections
        options.preparesStatements = settings.prepares
        options.reportTrouble = { logger.warning("\($0)") }
        return options
    }

    /// Hears the other copies while the server runs.
    private struct Listening: Service {
        let events: SharedEvents
        func run() async { await cancelWhenGracefulShutdown { await events.listen() } }
    }
}
