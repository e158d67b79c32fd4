import Core
import Hummingbird

/// The streams of events that are open: each holds a connection for as long as a page is open, so that an account and
/// an address have only a few.
package struct EventStreams: Sendable {
    private let ofAccounts: Tally
    private let ofClients: Tally

    package init(perAccount: Int = 6, perClient: Int = 20) {
        ofAccounts = Tally(atMost: perAccount)
        ofClients = Tally(atMost: perClient)
    }

    /// The answer that sends the stream.
    /// - Throws: ``Problem`` of kind `tooMany`.
    package func open(_ stream: EventStream, for context: MemberContext) throws(Problem) -> Response {
        guard let account = ofAccounts.take(context.member.id.description),
            let client = ofClients.take(context.web.clientKey)
        else {
            throw Problem(
                .tooMany(retryAfter: 15), "Too many pages or programs listen for news. Close some of them.")
        }
        return stream.response.holding(account).holding(client)
    }
}
