import Core
import HTTPTypes
import Hummingbird
import Logging

/// Determines the client of a request for the rate limits. For clients behind a trusted proxy it also limits
/// the requests in progress; for direct clients ``OpenConnections`` limits the connections.
struct ClientAddress: RouterMiddleware {
    typealias Context = WebContext
    private let proxies: TrustedProxies
    private let requestsInProgress: ConcurrencyLimiter
    private let warnings: ThrottledLog

    init(proxies: TrustedProxies, requestsPerClient: Int, clock: WallClock) {
        self.proxies = proxies
        requestsInProgress = ConcurrencyLimiter(limit: requestsPerClient)
        warnings = ThrottledLog(interval: 60 * 60 * 1000, clock: clock)
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.clientKey = proxies.clientKey(of: context.remoteAddress, headers: request.headers)
        guard ForwardedAddresses.arePresent(in: request.headers) else {
            return try await next(request, context)
        }
        guard proxies.trusts(context.remoteAddress) else {
            warnings.log(.warning, Self.untrustedProxy, to: context.logger) {
                let address = context.remoteAddress.flatMap(IPAddress.init)?.description
                return ["address": "\(address ?? "unknown")"]
            }
            return try await next(request, context)
        }
        guard let slot = requestsInProgress.acquire(context.clientKey) else {
            throw Problem(.tooMany(retryAfter: 1), "Too many requests at once. Try again in a moment.")
        }
        return try await next(request, context).holding(slot)
    }

    private static let untrustedProxy = """
        A request with X-Forwarded-For or Forwarded came from an address that is not a trusted proxy. If it \
        is your proxy, add it to ISNTGRAM_TRUSTED_PROXIES; until then, all clients behind it share the \
        limits of one client.
        """
}

extension Response {
    /// Returns a response that holds the slot until it is sent or abandoned.
    func holding(_ slot: ConcurrencyLimiter.Slot) -> Response {
        var response = self
        let body = body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            _ = slot
        }
        return response
    }
}
