import HTTPTypes

/// One operation of the API as it is described to programs (OpenAPI) and to people (a page).
package struct APIOperation: Sendable {
    /// A parameter in the path or the query.
    package struct Parameter: Sendable {
        package let name: String
        package let isInPath: Bool
        package let isRequired: Bool
        package let meaning: String
        /// What it looks like, as a regular expression; nil where the name says it.
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
            /// One line, of so many characters.
            case line(ClosedRange<Int>)
            /// Prose with line breaks, of so many characters.
            case prose(ClosedRange<Int>)
            case username, email, website
            /// A password that there is, and one to be.
            case password, newPassword
            case number(ClosedRange<Int>)
            case truth
            case choice([String])
            case id
            /// Ids of so many photos.
            case ids(ClosedRange<Int>)
            case scopes
            /// New texts of a post’s photos.
            case media
            case file
            /// So many photos.
            case files(ClosedRange<Int>)
            /// A text for each photo.
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

    /// What it needs: who may come, which scope, which limits.
    package let route: Route
    /// Below `/api`, with parameters in braces.
    package let path: String
    package let subject: String
    package let summary: String
    package let parameters: [Parameter]
    /// A body of JSON; empty for none.
    package let json: [Field]
    /// A body of `multipart/form-data`; empty for none.
    package let form: [Field]
    package let status: HTTPResponse.Status
    /// What the answer is: the name of a shape, nil for an empty answer.
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
