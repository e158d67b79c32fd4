import Core
import Hummingbird
import Synchronization

/// The open event streams. Each holds a connection as long as its page is open, so an account and a client
/// may have only a few. A new stream replaces the oldest one, because a closed page is noticed only when the
/// server sends to it.
package final class EventStreams: Sendable {
    private struct OpenStream {
        let account: ID<Account>
        let client: String
        let replacement: AsyncStream<Void>.Continuation
    }

    private struct State {
        var lastID = 0
        /// The open streams by id. Ids increase, so the smallest is the oldest.
        var open: [Int: OpenStream] = [:]
    }

    private let perAccount: Int
    private let perClient: Int
    private let state = Mutex(State())

    package init(perAccount: Int = 6, perClient: Int = 20) {
        self.perAccount = perAccount
        self.perClient = perClient
    }

    /// Returns a response with a new stream. Ends the oldest streams of the account or the client if there
    /// are too many.
    package func open(of community: Community, for context: MemberContext) -> Response {
        let (replaced, replacement) = AsyncStream.makeStream(of: Void.self)
        let new = OpenStream(
            account: context.member.id, client: context.web.clientKey, replacement: replacement)
        let (id, oldest) = state.withLock { state in
            let ofAccount = state.open.filter { $0.value.account == new.account }.keys.sorted()
            let ofClient = state.open.filter { $0.value.client == new.client }.keys.sorted()
            let ids =
                ofAccount.prefix(max(0, ofAccount.count - perAccount + 1))
                + ofClient.prefix(max(0, ofClient.count - perClient + 1))
            let oldest = Set(ids).compactMap { state.open.removeValue(forKey: $0) }
            state.lastID += 1
            state.open[state.lastID] = new
            return (state.lastID, oldest)
        }
        for stream in oldest { stream.replacement.yield() }
        let stream = EventStream(community: community, viewer: context.member, replaced: replaced)
        return stream.response(holding: Slot(self, id))
    }

    private func close(_ id: Int) { _ = state.withLock { $0.open.removeValue(forKey: id) } }

    /// Keeps a stream in the list of open streams until the last reference to the slot goes.
    final class Slot: Sendable {
        private let streams: EventStreams
        private let id: Int

        init(_ streams: EventStreams, _ id: Int) {
            self.streams = streams
            self.id = id
        }

        deinit { streams.close(id) }
    }
}
