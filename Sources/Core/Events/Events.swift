import Synchronization

/// Something that an open page or a program wants to know at once.
package enum LiveEvent: Sendable, Equatable {
    /// The account has news, or has read them.
    case notifications
    /// A session or token of the account ended: whoever came with it must show it anew.
    case credentials
}

/// Carries events from where they happen to whoever listens, by account.
package protocol Events: Sendable {
    /// Tells everybody who listens for one of these accounts. What nobody listens for is lost: events only hasten what
    /// the next look at the storage shows anyway.
    func publish(_ event: LiveEvent, to accounts: [ID<Account>]) async

    /// What happens to `account` from now on, until the stream is let go of.
    func events(for account: ID<Account>) -> AsyncStream<LiveEvent>
}

/// Events within one process.
package final class LocalEvents: Events {
    private typealias Listener = AsyncStream<LiveEvent>.Continuation
    /// A lock, because requests on every thread publish and listen, for a microsecond.
    private let listeners = Mutex<[ID<Account>: [UInt64: Listener]]>([:])
    private let counter = Atomic<UInt64>(0)

    package init() {}

    package func publish(_ event: LiveEvent, to accounts: [ID<Account>]) async {
        let found = listeners.withLock { listeners in accounts.flatMap { listeners[$0].map { Array($0.values) } ?? [] } }
        for listener in found { listener.yield(event) }
    }

    package func events(for account: ID<Account>) -> AsyncStream<LiveEvent> {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        // Who does not keep up gets the newest: each event says «look again», and one look sees all.
        return AsyncStream(bufferingPolicy: .bufferingNewest(8)) { listener in
            listeners.withLock { $0[account, default: [:]][number] = listener }
            listener.onTermination = { [self] _ in
                listeners.withLock { listeners in
                    listeners[account]?[number] = nil
                    if listeners[account]?.isEmpty == true { listeners[account] = nil }
                }
            }
        }
    }

    /// How many listen now; for tests.
    package var listenerCount: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
