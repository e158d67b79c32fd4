import Core
import HTTPTypes
import Hummingbird
import Logging

/// Finds out where a request comes from, as limits count it. Of those who come by a trusted proxy it also counts the
/// requests under way: what ``OpenConnections`` does for those who come by themselves.
struct ClientAddress: RouterMiddleware {
    typealias Context = WebContext
    private let proxies: TrustedProxies
    private let underWay: Tally
    private let warning: ThrottledWarning

    init(proxies: TrustedProxies, requestsOfOneClient: Int, clock: WallClock) {
        self.proxies = proxies
        underWay = Tally(atMost: requestsOfOneClient)
        warning = ThrottledWarning(clock: clock)
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let forwarded = request.headers[.xForwardedFor]
        var context = context
        context.clientKey = proxies.clientKey(of: context.remoteAddress, forwarded: forwarded)
        guard forwarded != nil else { return try await next(request, context) }
        guard proxies.trusts(context.remoteAddress) else {
            warning.give(
                to: context.logger, about: context.remoteAddress?.ipAddress ?? "unknown", Self.untrusted)
            return try await next(request, context)
        }
        guard let place = underWay.take(context.clientKey) else {
            throw Problem(.tooMany(retryAfter: 1), "Too many requests at once. Try again in a moment.")
        }
        return try await next(request, context).holding(place)
    }

    private static let untrusted: Logger.Message = """
        A request came with X-Forwarded-For from an address that is no trusted proxy. If it is your proxy, name it in \
        ISNTGRAM_TRUSTED_PROXIES: until then everybody behind it shares the limits of one client.
        """
}

extension Response {
    /// The same answer, which has `place` until it is sent, or given up.
    func holding(_ place: Tally.Place) -> Response {
        var response = self
        let body = body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            _ = place
        }
        return response
    }
}
