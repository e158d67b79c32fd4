import CPostgres
import Storage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PostgresSession {
    /// Hears a channel until `isOver`, looked at every `pollInterval` milliseconds.
    /// - Throws: ``StorageError/busy`` when the connection is lost.
    func listen(
        to channel: String, pollInterval: CInt, until isOver: () -> Bool,
        _ hear: (MessageChannelEvent) -> Void
    ) throws(StorageError) {
        try command("LISTEN \"\(channel.replacing("\"", with: "\"\""))\"")
        hear(.connected)
        while !isOver() {
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, pollInterval) > 0 else { continue }
            guard PQconsumeInput(handle) == 1 else { throw .busy }
            while let notice = PQnotifies(handle) {
                defer { PQfreemem(notice) }
                hear(.message(String(cString: notice.pointee.extra)))
            }
        }
    }
}
