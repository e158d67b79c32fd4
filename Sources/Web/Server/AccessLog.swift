import HTTPTypes
import Hummingbird
import Logging

/// One line a request: what was asked, how it was answered, how long it took.
package struct AccessLog: RouterMiddleware {
    package typealias Context = WebContext

    package init() {}

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        // Not even the clock is read where nobody listens.
        guard context.logger.logLevel <= .info else { return try await next(request, context) }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let microseconds = (ContinuousClock.now - start) / .microseconds(1)
        // The path without its query: that may hold what somebody searched for.
        context.logger.info(
            "\(request.method) \(request.uri.path) \(response.status.code)",
            metadata: ["us": "\(Int(microseconds))"])
        return response
    }
}
