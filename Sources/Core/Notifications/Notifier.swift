import Storage

/// Writes what a rule changes together with the news of it, and tells open pages once it is kept.
struct Notifier: Sendable {
    let storage: any Storage
    let ids: IDSequence
    let events: any Events
    let unread: UnreadCache

    /// One transaction whose body adds to `notices` what people are to hear of.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Connection, inout [NewNotification]) throws -> Result
    ) async throws -> Result {
        let (result, told) = try await storage.write { connection in
            var notices: [NewNotification] = []
            let result = try body(connection, &notices)
            return (result, try record(notices, in: connection))
        }
        await tell(told)
        return result
    }

    /// Keeps notices inside a transaction; who is to be told after it.
    func record(_ notices: [NewNotification], in connection: any Connection) throws -> [ID<Account>] {
        try notices.filter { try NotificationRecords.insert(ids.next(), $0, in: connection) }.map(\.recipient)
    }

    func tell(_ accounts: [ID<Account>]) async {
        guard !accounts.isEmpty else { return }
        unread.forget(accounts)
        await events.publish(.notifications(accounts))
    }
}
