import CPostgres
import NIOPosix
import Storage
import Synchronization

/// A message channel over `LISTEN` and `NOTIFY` (https://www.postgresql.org/docs/current/sql-notify.html). It
/// listens on its own connection and thread, and sends messages over the connections of the storage.
package final class PostgresChannel: MessageChannel {
    /// PostgreSQL limits a payload to less than 8,000 bytes.
    package let maximumMessageBytes = 7_900
    /// How long the listener waits on its socket before it checks whether to stop, in milliseconds.
    private static let pollInterval = 250

    private let url: String
    private let storage: PostgresStorage
    private let options: PostgresOptions
    private let name: String

    /// - Parameters:
    ///   - url: a direct connection to the server. With a connection pooler, messages would be lost.
    ///   - storage: the storage that sends the messages. Only instances whose tables are in the same schema
    ///     receive each other's messages.
    package init(url: String, storage: PostgresStorage, options: PostgresOptions = .init()) async throws {
        self.url = url
        self.storage = storage
        self.options = options
        let schema = try await storage.read { try $0.row("SELECT current_schema()") { $0.text() } }
        name = "isntgram_\(schema ?? "")"
    }

    package func send(_ message: String) async throws {
        // A write transaction, because the message is sent at the commit, and only commits of writes are
        // checked.
        try await storage.write { [self] in try send(message, in: $0) }
    }

    package func send(_ message: String, in connection: any Connection) throws {
        _ = try connection.exists("SELECT pg_notify(\(name), \(message))")
    }

    package func listen(_ receive: @escaping @Sendable (MessageChannelEvent) -> Void) async {
        let isCancelled = Atomic(false)
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        await withTaskCancellationHandler {
            while !isCancelled.load(ordering: .relaxed), !Task.isCancelled {
                do {
                    try await threads.runIfActive { [self] in
                        let session = try PostgresSession(url: url, options: options)
                        try session.listen(
                            to: name, pollInterval: CInt(Self.pollInterval),
                            until: { isCancelled.load(ordering: .relaxed) },
                            receive)
                    }
                } catch {
                    guard !isCancelled.load(ordering: .relaxed) else { break }
                    options.reportProblem("Messages from other instances cannot be received: \(error)")
                    try? await Task.sleep(for: .seconds(1))
                }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
        try? await threads.shutdownGracefully()
    }
}
