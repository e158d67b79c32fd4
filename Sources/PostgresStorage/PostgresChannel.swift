import CPostgres
import NIOPosix
import Storage
import Synchronization

/// Messages by `LISTEN` and `NOTIFY` (https://www.postgresql.org/docs/current/sql-notify.html). Listening has
/// a connection and a thread of its own; messages go out over the storage's.
package final class PostgresChannel: MessageChannel {
    /// A payload has less than 8,000 bytes.
    package let longestMessage = 7_900
    /// How long the listener waits on its socket before it looks whether it is to end.
    private static let pollInterval = 250

    private let url: String
    private let storage: PostgresStorage
    private let options: PostgresOptions
    private let name: String

    /// - Parameters:
    ///   - url: the server itself: a pooler that hands connections on loses what is listened for.
    ///   - storage: sends the messages; only programs whose tables are in the same schema hear each other.
    package init(url: String, storage: PostgresStorage, options: PostgresOptions = .init()) async throws {
        self.url = url
        self.storage = storage
        self.options = options
        let schema = try await storage.read { try $0.row("SELECT current_schema()") { $0.text() } }
        name = "isntgram_\(schema ?? "")"
    }

    package func send(_ message: String) async throws {
        // It goes out with the commit, which is checked for a write alone.
        try await storage.write { [self] in try send(message, in: $0) }
    }

    package func send(_ message: String, in connection: any Connection) throws {
        _ = try connection.exists("SELECT pg_notify(\(name), \(message))")
    }

    package func listen(_ hear: @escaping @Sendable (MessageChannelEvent) -> Void) async {
        let isOver = Atomic(false)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        await withTaskCancellationHandler {
            while !isOver.load(ordering: .relaxed), !Task.isCancelled {
                do {
                    try await threads.runIfActive { [self] in
                        let session = try PostgresSession(url: url, options: options)
                        try session.listen(
                            to: name, pollInterval: CInt(Self.pollInterval),
                            until: { isOver.load(ordering: .relaxed) },
                            hear)
                    }
                } catch {
                    guard !isOver.load(ordering: .relaxed) else { break }
                    options.reportTrouble("Messages of other copies are not heard: \(error)")
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        } onCancel: {
            isOver.store(true, ordering: .relaxed)
        }
        try? await threads.shutdownGracefully()
    }
}
