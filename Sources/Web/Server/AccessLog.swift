import HTTPTypes
import Hummingbird
import Logging

/// Logs one line for each request: the method, the path, the status and the duration.
package struct AccessLog: RouterMiddleware {
    package typealias Context = WebContext
    /// Returns the path as the log may contain it.
    private let loggedPath: @Sendable (String) -> String

    /// Creates a log for a route whose path is not secret. A catch-all route may still receive an encoded
    /// secret path.
    init(redactingIfEncoded secrets: SecretPaths) { loggedPath = secrets.redactedIfEncoded }

    /// Creates a log for a route whose path is secret. It logs the template of the route.
    init(template: RouterPath) {
        let text = template.description
        loggedPath = { _ in text }
    }

    /// Creates a log for requests that match no route.
    init(redacting secrets: SecretPaths) { loggedPath = secrets.redacted }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        // At higher log levels not even the clock is read.
        guard context.logger.logLevel <= .info else { return try await next(request, context) }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let microseconds = (ContinuousClock.now - start) / .microseconds(1)
        // The path comes without its query, which may contain a search.
        let path = request.uri.path
        context.logger.info(
            "\(request.method) \(loggedPath(path)) \(response.status.code)",
            metadata: ["us": "\(Int(microseconds))"])
        return response
    }
}
