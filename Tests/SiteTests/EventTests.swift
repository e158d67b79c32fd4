import Core
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// The stream of server-sent events.
struct EventTests {
    /// Opens the event stream with a token and passes a listener to `body`.
    private func listen(
        with token: Secret, port: Int, _ body: @escaping @Sendable (inout Listener) async throws -> Void
    ) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            let request = "GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token.text)\r\n\r\n"
            try await outbound.write(ByteBuffer(string: request))
            var listener = Listener(chunks: inbound.makeAsyncIterator())
            try await body(&listener)
        }
    }

    struct Listener {
        var chunks: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        private var received = ""

        init(chunks: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.chunks = chunks }

        /// Reads until `text` arrives; returns false if the stream ends before.
        mutating func receives(_ text: String) async throws -> Bool {
            while !received.contains(text) {
                guard let chunk = try await chunks.next() else { return false }
                received += String(buffer: chunk)
            }
            received = String(received[(received.firstRange(of: text)?.upperBound ?? received.startIndex)...])
            return true
        }
    }

    @Test func `Ada hears of a like at once, and her stream ends when its token is revoked`() async throws {
        try await LiveSite.serve { test, port in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let post = try await test.post(by: ada)
            let token = try await test.community.credentials.createToken(
                name: "phone", scopes: .read, by: ada)
            try await listen(with: token.secret, port: port) { listener in
                #expect(try await listener.receives("text/event-stream"))
                #expect(try await listener.receives(#"{"unreadCount":0}"#))
                try await test.community.likes.like(post.id, by: grace)
                #expect(try await listener.receives(#"event: notifications\#ndata: {"unreadCount":1}\#n\#n"#))
                try await test.community.notifications.markRead(by: ada)
                #expect(try await listener.receives(#"{"unreadCount":0}"#))
                #expect(try await test.community.credentials.revoke(token.secret))
                // The last chunk of a chunked body.
                #expect(try await listener.receives("0\r\n\r\n"))
            }
        }
    }

    @Test func `Ada's stream stays open when another token is revoked, and a revoked token opens no stream`()
        async throws
    {
        try await LiveSite.serve { test, port in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let kept = try await test.community.credentials.createToken(name: "a", scopes: .read, by: ada)
            let other = try await test.community.credentials.createToken(name: "b", scopes: .read, by: ada)
            try await listen(with: kept.secret, port: port) { listener in
                #expect(try await listener.receives(#"{"unreadCount":0}"#))
                #expect(try await test.community.credentials.revoke(other.secret))
                try await test.community.follows.follow("ada", by: grace)
                #expect(try await listener.receives(#"{"unreadCount":1}"#))
            }
            try await listen(with: other.secret, port: port) { listener in
                let isRefused = try await listener.receives("401")
                #expect(isRefused)
            }
        }
    }
}
