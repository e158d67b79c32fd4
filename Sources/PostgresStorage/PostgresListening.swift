import CPostgres
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PostgresSession {
    /// Receives messages of a channel until `isCancelled` returns true. It is called every `pollInterval`
    /// milliseconds.
    /// - Throws: ``StorageError/busy`` if the connection is lost.
    func listen(
        to channel: String, pollInterval: CInt, until isCancelled: () -> Bool,
        _ receive: (MessageChannelEvent) -> Void
    ) throws(StorageError) {
        try command("LISTEN \"\(channel.replacing("\"", with: "\"\""))\"")
        receive(.connected)
        while !isCancelled() {
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, pollInterval) > 0 else { continue }
            guard PQconsumeInput(handle) == 1 else { throw .busy }
            while let notification = PQnotifies(handle) {
                defer { PQfreemem(notification) }
                receive(.message(String(cString: notification.pointee.extra)))
            }
        }
    }
}
