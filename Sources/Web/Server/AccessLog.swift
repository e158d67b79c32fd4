import HTTPTypes
import Hummingbird
import Logging

/// One line a request: what was asked, how it was answered, how long it took.
package struct AccessLog: RouterMiddleware {
    package typealias Context = WebContext
    /// What is written in place of the path.
    private let shownPath: @Sendable (String) -> String

    /// A log of a route whose path is none. One that takes any name may have been asked for one that is spelled oddly.
    init(hidingOddly secrets: SecretPaths) { shownPath = secrets.hidingOdd }

    /// A log of a route whose path is a secret.
    init(template: RouterPath) {
        let text = template.description
        shownPath = { _ in text }
    }

    /// A log of what matches no route.
    init(hiding secrets: SecretPaths) { shownPath = secrets.hiding }

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
        let path = request.uri.path
        context.logger.info(
            "\(request.method) \(shownPath(path)) \(response.status.code)",
            metadata: ["us": "\(Int(microseconds))"])
        return response
    }
}
