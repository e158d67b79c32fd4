import HTTPTypes

/// The description of an API operation, for programs (OpenAPI) and for people (the API page).
package struct APIOperation: Sendable {
    /// A parameter in the path or the query.
    package struct Parameter: Sendable {
        package let name: String
        package let isInPath: Bool
        package let isRequired: Bool
        package let meaning: String
        /// The regular expression that values match; nil if the name is clear enough.
        package let pattern: String?

        package init(
            name: String, isInPath: Bool, isRequired: Bool? = nil, meaning: String, pattern: String? = nil
        ) {
            self.name = name
            self.isInPath = isInPath
            self.isRequired = isRequired ?? isInPath
            self.meaning = meaning
            self.pattern = pattern
        }
    }

    /// A field of a body.
    package struct Field: Sendable {
        package enum Kind: Sendable {
            /// Any text.
            case text
            /// One line, with its range of lengths in characters.
            case line(ClosedRange<Int>)
            /// Text with line breaks, with its range of lengths in characters.
            case prose(ClosedRange<Int>)
            case username, email, website
            /// An existing password, and one to set.
            case password, newPassword
            case number(ClosedRange<Int>)
            case truth
            case choice([String])
            case id
            /// Ids of photos, with the range of their number.
            case ids(ClosedRange<Int>)
            case scopes
            /// New alt texts of a post’s photos.
            case media
            case file
            /// Photos, with the range of their number.
            case files(ClosedRange<Int>)
            /// An alt text for each photo.
            case altTexts
        }

        package let name: String
        package let kind: Kind
        package let isRequired: Bool
        package let meaning: String

        package init(_ name: String, _ kind: Kind, isRequired: Bool = true, _ meaning: String) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.meaning = meaning
        }
    }

    /// The route, which has the access, the scope and the limits.
    package let route: Route
    /// The path below `/api`, with parameters in braces.
    package let path: String
    package let subject: String
    package let summary: String
    package let parameters: [Parameter]
    /// The fields of a JSON body; empty if the operation has none.
    package let json: [Field]
    /// The fields of a `multipart/form-data` body; empty if the operation has none.
    package let form: [Field]
    package let status: HTTPResponse.Status
    /// The name of the response’s schema; nil if the response has no body.
    package let answer: String?
    package let errors: [HTTPResponse.Status]

    package init(
        route: Route, path: String, subject: String, summary: String, parameters: [Parameter], json: [Field],
        form: [Field], status: HTTPResponse.Status, answer: String?, errors: [HTTPResponse.Status]
    ) {
        self.route = route
        self.path = path
        self.subject = subject
        self.summary = summary
        self.parameters = parameters
        self.json = json
        self.form = form
        self.status = status
        self.answer = answer
        self.errors = errors
    }
}
