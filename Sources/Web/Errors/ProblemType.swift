import Core
import HTTPTypes

/// The problem types of the API (RFC 9457): one for each kind of ``Problem``, the same on every server.
package enum ProblemType: String, CaseIterable, Sendable {
    case malformedRequest = "malformed-request"
    case unauthorized
    case secondFactorRequired = "second-factor-required"
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case conflict
    case tooLarge = "too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case invalidFields = "invalid-fields"
    case tooManyRequests = "too-many-requests"
    case internalError = "internal-error"
    case unavailable

    package init(_ kind: Problem.Kind) {
        self =
            switch kind {
            case .unreadable: .malformedRequest
            case .unauthorized: .unauthorized
            case .secondFactorRequired: .secondFactorRequired
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .wrongMethod: .methodNotAllowed
            case .conflict: .conflict
            case .tooLarge: .tooLarge
            case .unsupported: .unsupportedMediaType
            case .invalid: .invalidFields
            case .tooMany: .tooManyRequests
            case .unavailable: .unavailable
            case .unexpected: .internalError
            }
    }

    /// The path that all of these URIs begin with. Each redirects to its description.
    package static let path = "/api/docs/problems"

    /// The URI reference that identifies the type in a response.
    package var uri: String { "\(Self.path)/\(rawValue)" }

    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest: .badRequest
        case .unauthorized, .secondFactorRequired: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .invalidFields: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .internalError: .internalServerError
        case .unavailable: .serviceUnavailable
        }
    }

    package init?(status: HTTPResponse.Status) {
        guard let type = Self.allCases.first(where: { $0.status == status }) else { return nil }
        self = type
    }

    /// The type in two or three words.
    package var title: String {
        switch self {
        case .malformedRequest: "Malformed request"
        case .unauthorized: "Not signed in"
        case .secondFactorRequired: "Second factor required"
        case .forbidden: "Not allowed"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .conflict: "Already taken"
        case .tooLarge: "Too large"
        case .unsupportedMediaType: "Unsupported format"
        case .invalidFields: "Invalid fields"
        case .tooManyRequests: "Too many requests"
        case .internalError: "Something went wrong"
        case .unavailable: "Temporarily unavailable"
        }
    }

    /// What happened, and what a client does about it.
    package var remedy: String {
        switch self {
        case .malformedRequest:
            "The JSON, the form, the cursor or the limit is not valid. Fix the request."
        case .unauthorized:
            "The token is missing, wrong or revoked, or the password is wrong. Sign in again."
        case .secondFactorRequired:
            """
            The password is right. Send ticket with a code of the authenticator app or a recovery code to \
            /api/auth/second-factor within five minutes.
            """
        case .forbidden:
            "The account or its token may not do this. Use a token with the scope that the operation needs."
        case .notFound:
            "It does not exist, it was deleted, or you may not see it. Do not try again."
        case .methodNotAllowed:
            "The path exists, but not with this method. The header Allow lists the methods that do."
        case .conflict: "Another account already has this username or email address. Choose another."
        case .tooLarge: "The request body or a file is larger than the limit in the detail. Send less."
        case .unsupportedMediaType:
            "The Content-Type is not one that the operation takes, or the file is not a supported photo."
        case .invalidFields: "Fields break their rules. The list errors names each field and its rule."
        case .tooManyRequests:
            "A rate limit was exceeded. Wait for as many seconds as the header Retry-After says."
        case .internalError:
            "A fault of the server. Report the requestId to the administrator if it happens again."
        case .unavailable:
            "The server is busy or a service it needs does not respond. Try again after Retry-After seconds."
        }
    }
}
