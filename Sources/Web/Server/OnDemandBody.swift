import HTTPTypes
import Hummingbird
import NIOCore

/// An outbound event that tells the connection that a route reads the body of the current request.
struct BodyRequested: Sendable {}

extension Request {
    /// Returns the request with a body that sends `100 Continue` when it is first read, if the client waits
    /// for that (RFC 9110 §10.1.1). A request that is rejected before its body is read gets no `100
    /// Continue`.
    func requestingBodyOnRead(in context: WebContext) -> Request {
        guard headers[values: .expect].contains(where: { $0.lowercased() == "100-continue" }) else {
            return self
        }
        var request = self
        request.body = RequestBody(
            asyncSequence: OnDemandBody(body: body, askForBody: context.askForBody))
        return request
    }
}

/// A body that is requested from the client when it is first read.
private struct OnDemandBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let body: RequestBody
    let askForBody: @Sendable () -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        var iterator: RequestBody.AsyncIterator
        var askForBody: (@Sendable () -> Void)?

        mutating func next() async throws -> ByteBuffer? {
            askForBody?()
            askForBody = nil
            return try await iterator.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: body.makeAsyncIterator(), askForBody: askForBody)
    }
}
