/// Why a rule refused: what happened and what to do, in words fit for the person who asked.
package struct Problem: Error, Equatable {
    /// The kinds of refusal; both faces answer each with one HTTP status.
    package enum Kind: Equatable, Sendable {
        /// What was sent cannot be read (400).
        case unreadable
        /// No credentials, or wrong ones (401).
        case unauthorized
        /// Signed in, and still not allowed (403).
        case forbidden
        /// Missing, or not the viewer's to see (404).
        case notFound
        /// The address is right and the method is not (405); which ones are.
        case wrongMethod(allowed: String)
        /// Somebody else has it already (409).
        case conflict
        /// More bytes than are taken (413).
        case tooLarge
        /// Not a kind of content that is taken (415).
        case unsupported
        /// Fields break their limits (422); ``Problem/fields`` says which.
        case invalid
        /// Too often; again after so many seconds (429).
        case tooMany(retryAfter: Int)
        /// The server cannot now; again after so many seconds (503).
        case unavailable(retryAfter: Int)
        /// What nobody foresaw (500); the reason is in the log and nowhere else.
        case unexpected
    }

    /// One field and what is wrong with it.
    package struct Field: Equatable, Codable, Sendable {
        package let field: String
        package let message: String

        package init(_ field: String, _ message: String) {
            self.field = field
            self.message = message
        }
    }

    package let kind: Kind
    /// A sentence for the person who asked.
    package let detail: String
    package let fields: [Field]

    package init(_ kind: Kind, _ detail: String, fields: [Field] = []) {
        self.kind = kind
        self.detail = detail
        self.fields = fields
    }

    /// A refusal because of one field.
    package init(_ kind: Kind, field: String, _ message: String) {
        self.init(kind, message, fields: [Field(field, message)])
    }

    /// Seconds to wait before trying again; nil where waiting alone does not help.
    package var retryAfter: Int? {
        switch kind {
        case .tooMany(let seconds), .unavailable(let seconds): seconds
        default: nil
        }
    }

    package static func notFound(_ what: String) -> Problem {
        Problem(.notFound, "This \(what) does not exist, or is not yours to see.")
    }

    package static let signInNeeded = Problem(.unauthorized, "Sign in to do this.")
}

/// Gathers what is wrong with the fields of one form, so that a person sees all of it at once.
package struct FieldCheck {
    private var fields: [Problem.Field] = []

    package init() {}

    package mutating func require(_ holds: Bool, _ field: String, _ message: @autoclosure () -> String) {
        if !holds { fields.append(.init(field, message())) }
    }

    package mutating func add(_ field: String, _ message: String?) {
        if let message { fields.append(.init(field, message)) }
    }

    /// Refuses with all that was gathered.
    package func done() throws(Problem) {
        guard let first = fields.first else { return }
        let detail = fields.count == 1 ? first.message : "\(fields.count) fields need another look."
        throw Problem(.invalid, detail, fields: fields)
    }
}
