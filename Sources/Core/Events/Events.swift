import Storage
import Synchronization

/// An event for open pages and API clients.
package enum LiveEvent: Sendable, Equatable {
    /// The notifications of the account changed, or were read.
    case notifications
    /// A session or token of the account ended, so open event streams must check their credentials again.
    case credentials
}

/// A change that all instances learn of, for their open pages and their caches.
package enum Change: Sendable, Equatable {
    /// The notifications of these accounts changed, or were read.
    case notifications([ID<Account>])
    /// Sessions or tokens of these accounts ended.
    case credentials([ID<Account>])
    /// The photos with these key prefixes were deleted. Their files are removed later.
    case photosRemoved([String])
    /// The files of the deleted photos with these key prefixes have been removed.
    case photoFilesRemoved([String])
    /// Any change may have happened, because the connection to the other instances was lost for a while.
    case anything
}

/// Publishes changes to listeners.
package protocol Events: Sendable {
    /// Delivers a change to all listeners, on this instance and on others. A change without listeners is
    /// dropped: the storage has the same information, and events only make it visible sooner.
    func publish(_ change: Change) async

    /// Delivers a change to all other instances when the current transaction commits. So they receive it even
    /// if this instance crashes right after the commit. This instance does not receive it.
    func publishToOthers(_ change: Change, in connection: any Connection) throws

    /// Returns the events for `account` from now on. The stream ends when its consumer drops it.
    func events(for account: ID<Account>) -> AsyncStream<LiveEvent>

    /// Calls `observer` for each change by another instance.
    func observeRemoteChanges(_ observer: @escaping @Sendable (Change) -> Void)
}

/// Events within one process, for a community with a single instance.
package final class LocalEvents: Events {
    private typealias Listener = AsyncStream<LiveEvent>.Continuation
    /// A lock, because requests on all threads publish and listen, each for about a microsecond.
    private let listeners = Mutex<[ID<Account>: [UInt64: Listener]]>([:])
    private let counter = Atomic<UInt64>(0)

    package init() {}

    package func publish(_ change: Change) async { deliver(change) }

    /// Delivers a change to the listeners of this process.
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
        // A slow consumer gets only the newest events. Each event means “read again”, and one read shows
        // everything.
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

    /// Does nothing, because there are no other instances.
    package func publishToOthers(_: Change, in _: any Connection) throws {}

    /// Does nothing, because there are no other instances.
    package func observeRemoteChanges(_: @escaping @Sendable (Change) -> Void) {}

    /// The number of listeners, for tests.
    package var listenerCount: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
