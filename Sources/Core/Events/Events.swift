import Storage
import Synchronization

/// Something that an open page or a program wants to know at once.
package enum LiveEvent: Sendable, Equatable {
    /// The account has news, or has read them.
    case notifications
    /// A session or token of the account ended: whoever came with it must show it anew.
    case credentials
}

/// Something that happened, which every copy of the program is told: open pages, and what is held in memory.
package enum Change: Sendable, Equatable {
    /// Accounts have news, or have read them.
    case notifications([ID<Account>])
    /// Sessions or tokens of accounts ended.
    case credentials([ID<Account>])
    /// Photos under these prefixes were deleted; their files are removed later.
    case photosRemoved([String])
    /// The files of deleted photos are gone.
    case photoFilesRemoved([String])
    /// Anything may have happened: the way to the other copies was lost for a while.
    case anything
}

/// Carries changes from where they happen to whoever listens.
package protocol Events: Sendable {
    /// Tells everybody who listens. What nobody listens for is lost: events only hasten what the next look at the
    /// storage shows anyway.
    func publish(_ change: Change) async

    /// Has the other copies told of a change with the commit of the transaction in hand: none that goes on running
    /// misses it, even if this one dies right after it. This one is not told.
    func tellOthers(_ change: Change, in connection: any Connection) throws

    /// What happens to `account` from now on, until the stream is let go of.
    func events(for account: ID<Account>) -> AsyncStream<LiveEvent>

    /// Has `observer` told of every change that another copy of the program made.
    func observeRemoteChanges(_ observer: @escaping @Sendable (Change) -> Void)
}

/// Events within one process.
package final class LocalEvents: Events {
    private typealias Listener = AsyncStream<LiveEvent>.Continuation
    /// A lock, because requests on every thread publish and listen, for a microsecond.
    private let listeners = Mutex<[ID<Account>: [UInt64: Listener]]>([:])
    private let counter = Atomic<UInt64>(0)

    package init() {}

    package func publish(_ change: Change) async { deliver(change) }

    /// Tells the open pages of this process.
    func deliver(_ change: Change) {
        switch change {
        case .notifications(let accounts): yield(.notifications, to: accounts)
        case .credentials(let accounts): yield(.credentials, to: accounts)
        case .photosRemoved, .photoFilesRemoved: break
        case .anything:
            let accounts = listeners.withLock { Array($0.keys) }
            yield(.credentials, to: accounts)
            yield(.notifications, to: accounts)
        }
    }

    private func yield(_ event: LiveEvent, to accounts: [ID<Account>]) {
        let found = listeners.withLock { listeners in
            accounts.flatMap { listeners[$0].map { Array($0.values) } ?? [] }
        }
        for listener in found { listener.yield(event) }
    }

    package func events(for account: ID<Account>) -> AsyncStream<LiveEvent> {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        // Who does not keep up gets the newest: each event says “look again”, and one look sees all.
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

    /// There are no others.
    package func tellOthers(_: Change, in _: any Connection) throws {}

    /// There are no others.
    package func observeRemoteChanges(_: @escaping @Sendable (Change) -> Void) {}

    /// How many listen now; for tests.
    package var listenerCount: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
