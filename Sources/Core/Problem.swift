/// The reason why a rule refused a request: what happened and what to do, written for the user.
package struct Problem: Error, Equatable {
    /// The kinds of problems. The pages and the API respond to each with one HTTP status.
    package enum Kind: Equatable, Sendable {
        /// The request cannot be read (400).
        case unreadable
        /// The credentials are missing or wrong (401).
        case unauthorized
        /// The password is right, and a second factor is needed (401). The ticket goes with the code.
        case secondFactorRequired(ticket: String, methods: [String])
        /// The user is signed in, but not allowed to do this (403).
        case forbidden
        /// The resource does not exist, or the viewer may not see it (404).
        case notFound
        /// The path exists, but not with this method (405). The value is that of the `Allow` header.
        case wrongMethod(allowed: String)
        /// The change conflicts with what exists, such as a username that is taken (409).
        case conflict
        /// The request has too many bytes (413).
        case tooLarge
        /// The type of the content is not supported (415).
        case unsupported
        /// Fields are not valid (422); ``Problem/fields`` lists them.
        case invalid
        /// A rate limit is exceeded (429); the client may retry after so many seconds.
        case tooMany(retryAfter: Int)
        /// The server is temporarily unable to respond (503); the client may retry after so many seconds.
        case unavailable(retryAfter: Int)
        /// An unexpected error (500); the reason is only in the log.
        case unexpected
    }

    /// A field that is not valid, and why.
    package struct Field: Equatable, Codable, Sendable {
        package let field: String
        package let message: String

        package init(_ field: String, _ message: String) {
            self.field = field
            self.message = message
        }
    }

    package let kind: Kind
    /// A sentence for the user.
    package let detail: String
    package let fields: [Field]

    package init(_ kind: Kind, _ detail: String, fields: [Field] = []) {
        self.kind = kind
        self.detail = detail
        self.fields = fields
    }

    /// A problem with one field.
    package init(_ kind: Kind, field: String, _ message: String) {
        self.init(kind, message, fields: [Field(field, message)])
    }

    /// The seconds to wait before a retry; nil if waiting alone does not help.
    package var retryAfter: Int? {
        switch kind {
        case .tooMany(let seconds), .unavailable(let seconds): seconds
        default: nil
        }
    }

    package static func notFound(_ what: String) -> Problem {
        Problem(.notFound, "This \(what) does not exist, or you cannot see it.")
    }

    package static let signInRequired = Problem(.unauthorized, "Sign in to do this.")
}

/// Collects the errors in the fields of one form, so that the user sees all of them at once.
package struct FieldCheck {
    private var fields: [Problem.Field] = []

    package init() {}

    package mutating func require(_ condition: Bool, _ field: String, _ message: @autoclosure () -> String) {
        if !condition { fields.append(.init(field, message())) }
    }

    package mutating func add(_ field: String, _ message: String?) {
        if let message { fields.append(.init(field, message)) }
    }

    /// Throws one problem with all collected errors; does nothing if there are none.
    package func finish() throws(Problem) {
        guard let first = fields.first else { return }
        let detail = fields.count == 1 ? first.message : "\(fields.count) fields are not valid."
        throw Problem(.invalid, detail, fields: fields)
    }
}
