import Core
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

struct EventTests {
    /// Opens the stream of events with a token; hands what comes to `body` as it comes.
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
            var listener = Listener(pieces: inbound.makeAsyncIterator())
            try await body(&listener)
        }
    }

    struct Listener {
        var pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        var text = ""

        /// Reads until `word` came; false where the stream ended before.
        mutating func hears(_ word: String) async throws -> Bool {
            while !text.contains(word) {
                guard let piece = try await pieces.next() else { return false }
                text += String(buffer: piece)
            }
            text = String(text[(text.firstRange(of: word)?.upperBound ?? text.startIndex)...])
            return true
        }
    }

    @Test func `a like is heard at once, and the stream ends with its token`() async throws {
        try await LiveSite.serve { test, port in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let post = try await test.post(by: ada)
            let token = try await test.community.credentials.createToken(
                name: "phone", scopes: .read, by: ada)
            try await listen(with: token.secret, port: port) { listener in
                #expect(try await listener.hears("text/event-stream"))
                #expect(try await listener.hears(#"{"unreadCount":0}"#))
                try await test.community.likes.like(post.id, by: grace)
                #expect(try await listener.hears(#"event: notifications\#ndata: {"unreadCount":1}\#n\#n"#))
                try await test.community.notifications.markRead(by: ada)
                #expect(try await listener.hears(#"{"unreadCount":0}"#))
                #expect(try await test.community.credentials.revoke(token.secret))
                // The last piece of a body in chunks.
                #expect(try await listener.hears("0\r\n\r\n"))
            }
        }
    }

    @Test func `another token's end does not end it, and a stranger hears nothing`() async throws {
        try await LiveSite.serve { test, port in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let kept = try await test.community.credentials.createToken(name: "a", scopes: .read, by: ada)
            let other = try await test.community.credentials.createToken(name: "b", scopes: .read, by: ada)
            try await listen(with: kept.secret, port: port) { listener in
                #expect(try await listener.hears(#"{"unreadCount":0}"#))
                #expect(try await test.community.credentials.revoke(other.secret))
                try await test.community.follows.follow("ada", by: grace)
                #expect(try await listener.hears(#"{"unreadCount":1}"#))
            }
            try await listen(with: other.secret, port: port) { listener in
                let isRefused = try await listener.hears("401")
                #expect(isRefused)
            }
        }
    }
}
