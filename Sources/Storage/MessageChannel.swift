/// A channel for short messages between the instances that share a storage.
package protocol MessageChannel: Sendable {
    /// The maximum length of a message in bytes of UTF-8.
    var maximumMessageBytes: Int { get }

    /// Sends a message to every instance that listens, including this one. If none listens, the message is
    /// lost.
    func send(_ message: String) async throws

    /// Sends a message when the current transaction commits. If it does not commit, nothing is sent.
    func send(_ message: String, in connection: any Connection) throws

    /// Receives messages until the task is cancelled. Reconnects after the connection was lost.
    func listen(_ receive: @escaping @Sendable (MessageChannelEvent) -> Void) async
}

/// An event of a ``MessageChannel``.
package enum MessageChannelEvent: Sendable, Equatable {
    case message(String)
    /// Listening has begun, for the first time or after a reconnection. Earlier messages may have been
    /// missed.
    case connected
}
