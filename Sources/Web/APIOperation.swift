import HTTPTypes

/// An operation of the API, as the OpenAPI document and the API page describe it.
package struct APIOperation: Sendable {
    /// A group of operations.
    package struct Tag: Sendable, Equatable {
        package let name: String
        /// One sentence.
        package let description: String

        package init(name: String, description: String) {
            self.name = name
            self.description = description
        }
    }

    /// A parameter of a request.
    package struct Parameter: Sendable {
        /// Where the parameter is, in the words of OpenAPI.
        package enum Location: String, Sendable { case path, query, header }

        package let name: String
        package let location: Location
        package let isRequired: Bool
        package let description: String
        /// A regular expression that its values match; nil if any text is valid.
        package let pattern: String?

        package init(
            name: String, in location: Location, isRequired: Bool? = nil, description: String,
            pattern: String? = nil
        ) {
            self.name = name
            self.location = location
            self.isRequired = isRequired ?? (location == .path)
            self.description = description
            self.pattern = pattern
        }
    }

    /// A field of a body.
    package struct Field: Sendable {
        package enum Kind: Sendable {
            /// Any text.
            case text
            /// One line of text; the range is its length in characters.
            case line(ClosedRange<Int>)
            /// Text with line breaks; the range is its length in characters.
            case prose(ClosedRange<Int>)
            case username, email, website
            /// An existing password, and a new one.
            case password, newPassword
            case number(ClosedRange<Int>)
            case boolean
            case choice([String])
            case id
            /// Photo IDs; the range is their number.
            case ids(ClosedRange<Int>)
            case scopes
            /// New descriptions of a post’s photos.
            case media
            case file
            /// Photos; the range is their number.
            case files(ClosedRange<Int>)
            /// A description of each photo.
            case altTexts
        }

        package let name: String
        package let kind: Kind
        package let isRequired: Bool
        package let description: String

        package init(_ name: String, _ kind: Kind, isRequired: Bool = true, _ description: String) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
            self.description = description
        }
    }

    /// The route, which knows the access, scope and rate limits.
    package let route: Route
    /// The `operationId`, by which generated clients name their function: `createPost`.
    package let id: String
    /// The path below `/api`, with parameters in braces.
    package let path: String
    package let tag: Tag
    package let summary: String
    package let parameters: [Parameter]
    /// The fields of the JSON body; empty if it takes none.
    package let json: [Field]
    /// The fields of the `multipart/form-data` body; empty if it takes none.
    package let form: [Field]
    package let status: HTTPResponse.Status
    /// The name of the response schema; nil if the response has no body.
    package let response: String?
    package let errors: [HTTPResponse.Status]

    package init(
        route: Route, id: String, path: String, tag: Tag, summary: String, parameters: [Parameter],
        json: [Field], form: [Field], status: HTTPResponse.Status, response: String?,
        errors: [HTTPResponse.Status]
    ) {
        self.route = route
        self.id = id
        self.path = path
        self.tag = tag
        self.summary = summary
        self.parameters = parameters
        self.json = json
        self.form = form
        self.status = status
        self.response = response
        self.errors = errors
    }
}

extension [APIOperation] {
    /// The tags of the operations, in their order.
    package var tags: [APIOperation.Tag] {
        reduce(into: []) { tags, operation in
            if !tags.contains(operation.tag) { tags.append(operation.tag) }
        }
    }
}
