import Core
import HTTPTypes
import Hummingbird
import Logging
import MediaStorage
import NIOCore
import NIOHTTP1
import Storage

/// Turns whatever a route throws into an answer: problem+json for programs, a page for people. What was not expected
/// is logged; the person sees only the request's id.
package struct ErrorResponses: RouterMiddleware {
    package typealias Context = WebContext
    /// Makes the page that shows a problem.
    package typealias ErrorPage = @Sendable (ErrorReport, WebContext) -> Response

    private let style: Route.ErrorStyle?
    private let page: ErrorPage

    /// - Parameter style: how errors look; nil where no route says so, and the path decides.
    package init(style: Route.ErrorStyle?, page: @escaping ErrorPage) {
        self.style = style
        self.page = page
    }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(seenBy: context.logger, error)
            let report = ErrorReport(problem, requestID: context.id)
            var response =
                switch style ?? (request.uri.path.split(separator: "/").first == "api" ? .json : .page) {
                case .json: report.json()
                case .page: page(report, context)
                }
            response.headers[.retryAfter] = problem.retryAfter.map { String($0) }
            if case .wrongMethod(let allowed) = problem.kind { response.headers[.allow] = allowed }
            if problem.kind == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
            return response
        }
    }
}

extension Problem {
    fileprivate static let bodyTooLarge = Problem(
        .tooLarge, "This is more than the \(WebContext.bodyLimit / 1024) KiB that are taken here.")

    /// Any error in words fit for the person who asked; what was not expected goes to the log.
    init(seenBy logger: Logger, _ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as MultipartError: self.init(error)
        case let error as HTTPError where error.status == .notFound: self = .notFound("page")
        case let error as HTTPError where error.status == .contentTooLarge: self = .bodyTooLarge
        case is NIOTooManyBytesError: self = .bodyTooLarge
        case let error as HTTPError where error.status.kind == .clientError:
            self.init(.unreadable, error.body ?? "This request cannot be read.")
        case is HTTPParserError, is ChannelError, is IOError:
            // The client went away, and nobody reads this answer; its status stands in the access log.
            self.init(.unreadable, "The request broke off before its end; send it again.")
        case StorageError.busy, StorageError.closed, is CancellationError:
            self.init(.unavailable(retryAfter: 5), "The server is busy; try again in a moment.")
        case StorageError.uncertain:
            logger.error("The connection to the database was lost at a commit")
            self.init(
                .unavailable(retryAfter: 5),
                "The connection was lost while saving: look whether it was saved, then try again.")
        case let error as MediaError where error.isPassing:
            logger.error("Photos cannot be reached", metadata: ["error": "\(error)"])
            self.init(
                .unavailable(retryAfter: 5), "Where photos are kept does not answer; try again in a moment.")
        case StorageError.full:
            logger.error("The disk is full")
            self.init(.unavailable(retryAfter: 600), "The server has no room left; try again later.")
        default:
            logger.error("Unexpected error", metadata: ["error": "\(String(reflecting: error))"])
            self.init(.unexpected, "")
        }
    }
}

/// A problem as it is answered.
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

    /// What happened and what to do.
    package var detail: String {
        problem.kind == .unexpected
            ? "Something went wrong on our side. If it happens again, tell the administrator this ID: \(requestID)."
            : problem.detail
    }

    package func json() -> Response { .json(self, status: status, contentType: "application/problem+json") }
}

/// The body of RFC 9457.
extension ErrorReport: JSONWritable {
    package func write(to json: inout JSONText) {
        json.object { json in
            json.field("type", type.uri)
            json.field("title", title)
            json.field("status", status.code)
            json.field("detail", detail)
            json.field("requestId", requestID)
            if !problem.fields.isEmpty { json.field("errors", problem.fields) }
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
