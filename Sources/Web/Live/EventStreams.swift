import Core
import Hummingbird
import Synchronization

/// The streams of events that are open: each holds a connection for as long as a page is open, so that an account and
/// an address have only a few. A new one takes the place of the oldest: whose page is gone is known only when
/// something is sent to it.
package final class EventStreams: Sendable {
    private struct Open {
        let account: ID<Account>
        let client: String
        let end: AsyncStream<Void>.Continuation
    }

    private struct State {
        var lastID = 0
        /// Ids count up: the least is the oldest.
        var open: [Int: Open] = [:]
    }

    private let perAccount: Int
    private let perClient: Int
    private let state = Mutex(State())

    package init(perAccount: Int = 6, perClient: Int = 20) {
        self.perAccount = perAccount
        self.perClient = perClient
    }

    /// The answer that sends a new stream; the oldest of the account or the client ends where there are too many.
    package func open(of community: Community, for context: MemberContext) -> Response {
        let (replaced, end) = AsyncStream.makeStream(of: Void.self)
        let new = Open(account: context.member.id, client: context.web.clientKey, end: end)
        let (id, ended) = state.withLock { state in
            let ofAccount = state.open.filter { $0.value.account == new.account }.keys.sorted()
            let ofClient = state.open.filter { $0.value.client == new.client }.keys.sorted()
            let ids =
                ofAccount.prefix(max(0, ofAccount.count - perAccount + 1))
                + ofClient.prefix(max(0, ofClient.count - perClient + 1))
            let ended = Set(ids).compactMap { state.open.removeValue(forKey: $0) }
            state.lastID += 1
            state.open[state.lastID] = new
            return (state.lastID, ended)
        }
        for stream in ended { stream.end.yield() }
        let stream = EventStream(community: community, viewer: context.member, replaced: replaced)
        return stream.response(holding: Place(self, id))
    }

    private func close(_ id: Int) { _ = state.withLock { $0.open.removeValue(forKey: id) } }

    /// A stream is open until nobody holds its place.
    final class Place: Sendable {
        private let streams: EventStreams
        private let id: Int

        init(_ streams: EventStreams, _ id: Int) {
            self.streams = streams
            self.id = id
        }

        deinit { streams.close(id) }
    }
}
