import AsyncAlgorithms
import Core
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// A stream of server-sent events (HTML Living Standard §9.2) about a member's account.
///
/// Each `notifications` event carries the number of unread notifications. The stream ends when its credential
/// ends.
struct EventStream: Sendable {
    /// The interval of empty lines, which keep proxies from closing an idle connection and show whether the
    /// client is still connected.
    private static let heartbeat = Duration.seconds(15)

    private enum Signal { case event(LiveEvent), heartbeat, replaced }

    private let community: Community
    private let viewer: Viewer
    /// Yields when a newer stream replaces this one.
    private let replaced: AsyncStream<Void>

    init(community: Community, viewer: Viewer, replaced: AsyncStream<Void>) {
        self.community = community
        self.viewer = viewer
        self.replaced = replaced
    }

    /// - Parameter slot: is released when the stream ends.
    func response(holding slot: EventStreams.Slot) -> Response {
        // Listening begins before the first count is read, so that no event between the two is missed.
        let live = community.notifications.live(for: viewer)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                // Proxies that buffer responses would delay the events.
                .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await send(live, to: &writer)
                try await writer.finish(nil)
                _ = slot
            })
    }

    private func send(_ live: AsyncStream<LiveEvent>, to writer: inout any ResponseBodyWriter) async throws {
        let heartbeats = AsyncTimerSequence(interval: Self.heartbeat, clock: .continuous)
        let signals = merge(
            live.map { Signal.event($0) }, heartbeats.map { _ in Signal.heartbeat },
            replaced.map { Signal.replaced })
        try await writer.write(await unreadCountEvent())
        for await signal in signals.cancelOnGracefulShutdown() {
            switch signal {
            case .event(.notifications): try await writer.write(await unreadCountEvent())
            case .event(.credentials):
                guard try await community.credentials.isValid(viewer) else { return }
            case .replaced:
                // The browser reopens the stream after this many milliseconds. If it did so at once, the
                // pages would keep replacing each other's streams.
                return try await writer.write(ByteBuffer(string: "retry: 60000\n\n"))
            case .heartbeat:
                guard try await community.credentials.isValid(viewer) else { return }
                try await writer.write(ByteBuffer(string: ":\n\n"))
            }
        }
    }

    private func unreadCountEvent() async throws -> ByteBuffer {
        let count = try await community.notifications.unreadCount(for: viewer)
        return ByteBuffer(string: "event: notifications\ndata: {\"unreadCount\":\(count)}\n\n")
    }
}
