import HTTPTypes
import Hummingbird
import NIOCore

/// Tells the connection that a route reads the body of the request under way.
struct BodyWanted: Sendable {}

extension Request {
    /// The same request; where its client holds the body back until it hears `100 Continue` (RFC 9110 §10.1.1), it hears
    /// that once the body is read, and not at all where the request is refused without.
    func askingForBody(in context: WebContext) -> Request {
        guard headers[values: .expect].contains(where: { $0.lowercased() == "100-continue" }) else {
            return self
        }
        var request = self
        request.body = RequestBody(asyncSequence: AwaitedBody(body: body, ask: context.askForBody))
        return request
    }
}

/// A body that is asked for when it is first read.
private struct AwaitedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let body: RequestBody
    let ask: @Sendable () -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        var ask: (@Sendable () -> Void)?

        mutating func next() async throws -> ByteBuffer? {
            ask?()
            ask = nil
            return try await iterator.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: body.makeAsyncIterator(), ask: ask) }
}
