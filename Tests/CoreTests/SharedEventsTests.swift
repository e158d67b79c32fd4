import MediaStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Core

/// Programs that hear each other, without a server between.
private final class Room: MessageChannel {
    let longestMessage = 70
    private let listeners = Mutex<[@Sendable (MessageChannelEvent) -> Void]>([])
    private let sent = Mutex<[String]>([])
    let isBroken = Atomic(false)

    var messages: [String] { sent.withLock { $0 } }
    func everybodyHears(_ event: MessageChannelEvent) {
        for hear in listeners.withLock({ $0 }) { hear(event) }
    }

    func send(_ message: String) async throws {
        if isBroken.load(ordering: .relaxed) { throw StorageError.busy }
        sent.withLock { $0.append(message) }
        everybodyHears(.message(message))
    }

    func send(_ message: String, in connection: any Connection) throws {
        _ = try connection.int("SELECT 1")
        sent.withLock { $0.append(message) }
        everybodyHears(.message(message))
    }

    func listen(_ hear: @escaping @Sendable (MessageChannelEvent) -> Void) async {
        listeners.withLock { $0.append(hear) }
    }
}

struct SharedEventsTests {
    @Test func `others are told of deleted photos in the transaction that deletes them`() async throws {
        try await TestCommunity.with { test in
            let room = Room()
            let (here, there) = (
                SharedEvents(channel: room, logger: QuietLog.logger("a")),
                SharedEvents(channel: room, logger: QuietLog.logger("b"))
            )
            await here.listen()
            await there.listen()
            let (one, two) = (test.community(events: here), test.community(events: there))
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            let prefix = try #require(MediaPrefix(post.photos[0].files))
            // Whoever deletes it dies at the commit.
            _ = try await test.storage.write { connection in
                try one.photos.release([PhotoFiles(post.photos[0])], in: connection)
            }
            #expect(two.photos.isRemoved(prefix) && !one.photos.isRemoved(prefix))
            await one.close()
            await two.close()
        }
    }

    @Test func `what one copy does, the other is told, and nobody hears themselves twice`() async throws {
        let room = Room()
        let (here, there) = (
            SharedEvents(channel: room, logger: QuietLog.logger("a")),
            SharedEvents(channel: room, logger: QuietLog.logger("b"))
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
        #expect(own.withLock { $0 } == [] && room.messages.allSatisfy { $0.utf8.count <= 70 })
        for unknown in ["x", "x y", "x later 1", "x anything"] { room.everybodyHears(.message(unknown)) }
        room.everybodyHears(.connected)
        #expect(own.withLock { $0 } == [.anything])
        #expect(await events.next() == .credentials)
        #expect(await events.next() == .notifications)
        room.isBroken.store(true, ordering: .relaxed)
        await here.publish(.notifications([ada]))
        #expect(await mine.next() == .credentials)
    }
}
