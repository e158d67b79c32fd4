import Storage

/// Stores notifications in the transaction of the change that causes them, and publishes events to open pages
/// after the commit.
struct Notifier: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let events: any Events
    let unread: UnreadCache

    /// Runs `body` in a transaction. The body appends the notifications that the change causes to its second
    /// argument.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Connection, inout [NewNotification]) throws -> Result
    ) async throws -> Result {
        let (result, recipients) = try await storage.write { connection in
            var notifications: [NewNotification] = []
            let result = try body(connection, &notifications)
            return (result, try record(notifications, in: connection))
        }
        await publish(to: recipients)
        return result
    }

    /// Stores notifications inside a transaction.
    /// - Returns: the accounts to pass to ``publish(to: _:)`` after the commit.
    func record(_ notifications: [NewNotification], in connection: any Connection) throws -> [ID<Account>] {
        try notifications.filter { try NotificationRecords.insert(ids.next(), $0, in: connection) }
            .map(\.recipient)
    }

    /// Publishes that these accounts have new notifications.

    func publish(to accounts: [ID<Account>]) async {
        guard !accounts.isEmpty else { return }
        unread.remove(accounts)
        await events.publish(.notifications(accounts))
    }
}
