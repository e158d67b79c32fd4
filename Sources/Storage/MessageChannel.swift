/// Carries short messages between the programs that share a storage.
package protocol MessageChannel: Sendable {
    /// How many bytes of UTF-8 a message may have.
    var longestMessage: Int { get }

    /// Tells every program that listens, this one too. What nobody listens for is lost.
    func send(_ message: String) async throws

    /// The same when the transaction in hand commits, and not if it does not.
    func send(_ message: String, in connection: any Connection) throws

    /// Hears until the task is cancelled. Connects again when the way was lost.
    func listen(_ hear: @escaping @Sendable (MessageChannelEvent) -> Void) async
}

/// What a ``MessageChannel`` brings.
package enum MessageChannelEvent: Sendable, Equatable {
    case message(String)
    /// Listening has begun, at first or anew: what was sent before went unheard.
    case connected
}
