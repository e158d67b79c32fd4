import MediaStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Core

/// A message channel between instances in the same process, without a server.
private final class LocalChannel: MessageChannel {
    let maximumMessageBytes = 70
    private let listeners = Mutex<[@Sendable (MessageChannelEvent) -> Void]>([])
    private let sent = Mutex<[String]>([])
    let isBroken = Atomic(false)

    var messages: [String] { sent.withLock { $0 } }
    func deliver(_ event: MessageChannelEvent) {
        for receive in listeners.withLock({ $0 }) { receive(event) }
    }

    func send(_ message: String) async throws {
        if isBroken.load(ordering: .relaxed) { throw StorageError.busy }
        sent.withLock { $0.append(message) }
        deliver(.message(message))
    }

    func send(_ message: String, in connection: any Connection) throws {
        _ = try connection.int("SELECT 1")
        sent.withLock { $0.append(message) }
        deliver(.message(message))
    }

    func listen(_ receive: @escaping @Sendable (MessageChannelEvent) -> Void) async {
        listeners.withLock { $0.append(receive) }
    }
}

struct SharedEventsTests {
    @Test func `the deletion of photos is published to other instances with the transaction`() async throws {
        try await TestCommunity.with { test in
            let channel = LocalChannel()
            let (here, there) = (
                SharedEvents(channel: channel, logger: QuietLogHandler.logger("a")),
                SharedEvents(channel: channel, logger: QuietLogHandler.logger("b"))
            )
            await here.listen()
            await there.listen()
            let (one, two) = (test.community(events: here), test.community(events: there))
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            let prefix = try #require(MediaPrefix(post.photos[0].files))
            // The instance that deletes it crashes right after the commit.
            _ = try await test.storage.write { connection in
                try one.photos.enqueueRemoval(of: [PhotoFiles(post.photos[0])], in: connection)
            }
            #expect(two.photos.isRemoved(prefix) && !one.photos.isRemoved(prefix))
            await one.close()
            await two.close()
        }
    }

    @Test func `an instance receives the events of others, and its own events only once`() async throws {
        let channel = LocalChannel()
        let (here, there) = (
            SharedEvents(channel: channel, logger: QuietLogHandler.logger("a")),
            SharedEvents(channel: channel, logger: QuietLogHandler.logger("b"))
        )
        await here.listen()
        await there.listen()
        let observed = Mutex<[Change]>([])
        there.observeRemoteChanges { change in observed.withLock { $0.append(change) } }
        let own = Mutex<[Change]>([])
        here.observeRemoteChanges { change in own.withLock { $0.append(change) } }
        let (ada, grace) = (ID<Account>(7), ID<Account>(8))
        var events = there.events(for: ada).makeAsyncIterator()
        var mine = here.events(for: ada).makeAsyncIterator()
        await here.publish(.notifications([ada, grace]))
        #expect(await events.next() == .notifications)
        #expect(await mine.next() == .notifications)
        await here.publish(.credentials([ada]))
        #expect(await events.next() == .credentials)
        #expect(await mine.next() == .credentials)
        let files = (0..<3).map { "ab/ab\($0)" + String(repeating: "0", count: 29) }
        await here.publish(.photosRemoved(files))
        await here.publish(.photoFilesRemoved(files))
        let removals = files.map { Change.photosRemoved([$0]) } + files.map { .photoFilesRemoved([$0]) }
        #expect(observed.withLock { $0 } == [.notifications([ada, grace]), .credentials([ada])] + removals)
        #expect(own.withLock { $0 } == [] && channel.messages.allSatisfy { $0.utf8.count <= 70 })
        for unknown in ["x", "x y", "x later 1", "x anything"] { channel.deliver(.message(unknown)) }
        channel.deliver(.connected)
        #expect(own.withLock { $0 } == [.anything])
        #expect(await events.next() == .credentials)
        #expect(await events.next() == .notifications)
        channel.isBroken.store(true, ordering: .relaxed)
        await here.publish(.notifications([ada]))
        #expect(await mine.next() == .credentials)
    }
}
