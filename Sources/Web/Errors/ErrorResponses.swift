import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Turns errors that a route throws into responses: problem+json for programs, a page for people. Unexpected
/// errors are logged, and the response contains only the request id.
package struct ErrorResponses: RouterMiddleware {
    package typealias Context = WebContext
    /// Creates the page that shows a problem.
    package typealias ErrorPage = @Sendable (ErrorReport, WebContext) -> Response

    private let style: Route.ErrorStyle?
    private let page: ErrorPage
    private let failures: ThrottledLog

    /// - Parameters:
    ///   - style: the format of errors; nil to decide by the path, where no route matched.
    ///   - failures: logs lasting failures.
    package init(style: Route.ErrorStyle?, failures: ThrottledLog, page: @escaping ErrorPage) {
        self.style = style
        self.failures = failures
        self.page = page
    }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(reportedTo: context.logger, error, failures: failures)
            let report = ErrorReport(problem, requestID: context.id)
            var response =
                switch style ?? (request.uri.path.split(separator: "/").first == "api" ? .json : .page) {
                case .json: report.json()
                case .page: page(report, context)
                }
            response.headers[.retryAfter] = problem.retryAfter.map { String($0) }
            if case .wrongMethod(let allowed) = problem.kind { response.headers[.allow] = allowed }
            if report.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
            return response
        }
    }
}

extension Problem {
    fileprivate static let bodyTooLarge = Problem(
        .tooLarge, "The request body is larger than \(WebContext.bodyLimit / 1024) KiB.")

    /// Describes any error for the client. Unexpected errors are logged.
    init(reportedTo logger: Logger, _ error: any Error, failures: ThrottledLog) {
        switch error {
        case let problem as Problem: self = problem
        case let error as MultipartError: self.init(error)
        case let error as HTTPError where error.status == .notFound: self = .notFound("page")
        case let error as HTTPError where error.status == .contentTooLarge: self = .bodyTooLarge
        case is NIOTooManyBytesError: self = .bodyTooLarge
        case let error as HTTPError where error.status.kind == .clientError:
            self.init(.unreadable, error.body ?? "The request could not be read.")
        case is HTTPParserError, is ChannelError, is IOError:
            // The client closed the connection and does not read this response, but the access log has its
            // status.
            self.init(.unreadable, "The request ended early. Send it again.")
        case is CancellationError: self = .busy
        default:
            if let failure = ServiceFailure(error) {
                failure.log(error, to: logger, with: failures)
                self = failure.problem
                return
            }
            logger.error("Unexpected error", metadata: ["error": "\(String(reflecting: error))"])
            self.init(.unexpected, "")
        }
    }
}

/// A problem as the response shows it.
package struct ErrorReport: Sendable {
    package let problem: Problem
    package let requestID: String
    package let type: ProblemType
    package var status: HTTPResponse.Status { type.status }
    /// The problem in two or three words.
    package var title: String { type.title }

    package init(_ problem: Problem, requestID: String) {
        self.problem = problem
        self.requestID = requestID
        type = ProblemType(problem.kind)
    }

    /// What happened, and what to do.
    package var detail: String {
        guard problem.kind == .unexpected else { return problem.detail }
        return """
            Something went wrong on our side. If it happens again, send this ID to the administrator: \
            \(requestID).
            """
    }

    package func json() -> Response { .json(self, status: status, contentType: "application/problem+json") }
}

/// The JSON body of RFC 9457.
extension ErrorReport: JSONWritable {
    package func write(to json: inout JSONText) {
        json.object { json in
            json.field("type", type.uri)
            json.field("title", title)
            json.field("status", status.code)
            json.field("detail", detail)
            json.field("requestId", requestID)
            if !problem.fields.isEmpty { json.field("errors", problem.fields) }
            if case .secondFactorRequired(let ticket, let methods) = problem.kind {
                json.field("ticket", ticket)
                json.field("methods", methods)
            }
        }
    }
}

extension Problem.Field: JSONWritable {
    package func write(to json: inout JSONText) {
        json.object { json in
            json.field("field", field)
            json.field("message", message)
        }
    }
}
