import Core
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// What happens to a member's account, sent to an open page or program as it happens: server-sent events (HTML Living
/// Standard §9.2).
///
/// Each `notifications` event carries how many are unread. The stream ends when the credential it was opened with does.
struct EventStream: Sendable {
    /// A line now and then keeps proxies from taking silence for death, and shows that the client is still there.
    private static let heartbeat = Duration.seconds(15)

    private enum Signal { case event(LiveEvent), heartbeat, replaced }

    private let community: Community
    private let viewer: Viewer
    /// Tells when a newer stream takes the place of this one.
    private let replaced: AsyncStream<Void>

    init(community: Community, viewer: Viewer, replaced: AsyncStream<Void>) {
        self.community = community
        self.viewer = viewer
        self.replaced = replaced
    }

    /// - Parameter place: is given back when the stream has ended.
    func response(holding place: EventStreams.Place) -> Response {
        // Listening begins before the first count is read: nothing that happens between the two is missed.
        let live = community.notifications.live(for: viewer)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                // Proxies that gather answers would hold the events back.
                .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await send(live, to: &writer)
                try await writer.finish(nil)
                _ = place
            })
    }

    private func send(_ live: AsyncStream<LiveEvent>, to writer: inout any ResponseBodyWriter) async throws {
        let (signals, sender) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(8))
        let relay = Task {
            for await event in live { sender.yield(.event(event)) }
            sender.finish()
        }
        let pulse = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.heartbeat)
                sender.yield(.heartbeat)
            }
        }
        let end = Task {
            for await _ in replaced { sender.yield(.replaced) }
        }
        defer {
            end.cancel()
            relay.cancel()
            pulse.cancel()
        }
        try await writer.write(await unread())
        try await withGracefulShutdownHandler {
            for await signal in signals {
                switch signal {
                case .event(.notifications): try await writer.write(await unread())
                case .event(.credentials):
                    guard try await community.credentials.isValid(viewer) else { return }
                case .replaced:
                    // A browser opens a stream that ended again, after this many milliseconds: not at once, or pages
                    // would take it from each other in turns.
                    return try await writer.write(ByteBuffer(string: "retry: 60000\n\n"))
                case .heartbeat:
                    guard try await community.credentials.isValid(viewer) else { return }
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                }
            }
        } onGracefulShutdown: {
            sender.finish()
        }
    }

    private func unread() async throws -> ByteBuffer {
        let count = try await community.notifications.unreadCount(for: viewer)
        return ByteBuffer(string: "event: notifications\ndata: {\"unreadCount\":\(count)}\n\n")
    }
}
