import Logging
import Storage
import Synchronization

/// Events between instances that share a storage. They travel as messages over the storage's message channel.
package final class SharedEvents: Events {
    private let local = LocalEvents()
    private let channel: any MessageChannel
    private let logger: Logger
    /// The random name of this process. The channel also returns a process's own messages, which it ignores.
    private let sender = String(UInt64.random(in: .min ... .max), radix: 36)
    /// A lock, because observers are added on one thread, and messages arrive on another.
    private let observers = Mutex<[@Sendable (Change) -> Void]>([])

    package init(channel: any MessageChannel, logger: Logger) {
        self.channel = channel
        self.logger = logger
    }

    package func publish(_ change: Change) async {
        local.deliver(change)
        for message in messages(change) {
            do {
                try await channel.send(message)
            } catch {
                // The change itself is stored. Other instances notice it when their cache entries expire.
                logger.warning(
                    "Could not notify other instances of a change", metadata: ["error": "\(error)"])
            }
        }
    }

    package func publishToOthers(_ change: Change, in connection: any Connection) throws {
        for message in messages(change) { try channel.send(message, in: connection) }
    }

    private func messages(_ change: Change) -> [String] {
        change.messages(atMost: channel.maximumMessageBytes - sender.utf8.count - 1).map { "\(sender) \($0)" }
    }

    package func events(for account: ID<Account>) -> AsyncStream<LiveEvent> { local.events(for: account) }

    package func observeRemoteChanges(_ observer: @escaping @Sendable (Change) -> Void) {
        observers.withLock { $0.append(observer) }
    }

    /// Receives messages from other instances until the task is cancelled.
    package func listen() async {
        await channel.listen { [self] event in
            switch event {
            case .connected: receive(.anything)
            case .message(let text):
                let parts = text.split(separator: " ", maxSplits: 1)
                guard parts.count == 2, parts[0] != sender, let change = Change(message: parts[1]) else {
                    return
                }
                receive(change)
            }
        }
    }

    private func receive(_ change: Change) {
        for observer in observers.withLock({ $0 }) { observer(change) }
        local.deliver(change)
    }
}

extension Change {
    /// Encodes the change as text: a word and a list. A long list is split into several messages.
    /// - Parameter limit: the most bytes of one message.
    func messages(atMost limit: Int) -> [String] {
        let (word, items): (String, [String]) =
            switch self {
            case .notifications(let accounts): ("notifications", accounts.map { "\($0.value)" })
            case .credentials(let accounts): ("credentials", accounts.map { "\($0.value)" })
            case .photosRemoved(let files): ("photosRemoved", files)
            case .photoFilesRemoved(let files): ("photoFilesRemoved", files)
            case .anything: ("anything", [""])
            }
        var messages: [String] = []
        for item in items {
            if let last = messages.last, last.utf8.count + item.utf8.count < limit {
                messages[messages.count - 1] += ",\(item)"
            } else {
                messages.append("\(word) \(item)")
            }
        }
        return messages
    }

    /// Decodes a message. Returns nil for an unknown message, such as one from a newer version.
    init?(message: some StringProtocol) {
        let parts = message.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let items = parts[1].split(separator: ",")
        let accounts = items.compactMap { Int64($0).map { ID<Account>($0) } }
        switch parts[0] {
        case "notifications": self = .notifications(accounts)
        case "credentials": self = .credentials(accounts)
        case "photosRemoved": self = .photosRemoved(items.map { String($0) })
        case "photoFilesRemoved": self = .photoFilesRemoved(items.map { String($0) })
        case "anything": self = .anything
        default: return nil
        }
    }
}
