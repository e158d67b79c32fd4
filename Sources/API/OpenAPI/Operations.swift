import HTTPTypes
import Hummingbird
import Web

/// The operations of the API: what each does, takes and returns, grouped by tag.
///
/// Access, token scope and rate limits are not repeated here: they come from the operation's route. A test
/// compares this list with the routes, and compares every response in the tests with what is described here.
package enum Operations {
    /// The operations whose routes are in `routes`, each joined with its route.
    package static func all(in routes: [Route]) -> [APIOperation] {
        let routesByKey = Dictionary(routes.map { (key($0.method, $0.path.description), $0) }) { first, _ in
            first
        }
        return groups.flatMap { group in
            group.operations.compactMap { operation in
                routesByKey[key(operation.method, "/api" + operation.path)].map {
                    APIOperation(operation, tag: group.tag, route: $0)
                }
            }
        }
    }

    private static func key(_ method: HTTPRequest.Method, _ path: String) -> String {
        "\(method.rawValue) \(path)"
    }

    private static let groups: [OperationGroup] = [
        signingIn, ownAccount, security, credentials, people, posts, photos, comments, discovery,
        notifications, description,
    ]

    private static let description = OperationGroup(
        "API description", "This description, for programs.",
        [.init(.get, "/openapi.json", "getOpenAPI", "Get this description (OpenAPI 3.1).", .ok, "OpenAPI")])

    static let idempotencyKey = APIOperation.Parameter(
        name: "Idempotency-Key", in: .header,
        description: """
            A key that you choose, such as a UUID. A request that is sent again with the same key within an \
            hour makes nothing new and has the result of the first one.
            """,
        pattern: "^[!-~]{1,255}$")

    static let limit = APIOperation.Parameter(
        name: "limit", in: .query, description: "Items per page: 1–100, 20 by default.")
}

/// Operations with the same tag.
struct OperationGroup {
    let tag: APIOperation.Tag
    let operations: [OperationDescription]

    init(_ name: String, _ description: String, _ operations: [OperationDescription]) {
        tag = .init(name: name, description: description)
        self.operations = operations
    }
}

/// The part of an operation that its route does not contain.
struct OperationDescription {
    let method: HTTPRequest.Method
    /// The path below `/api`, with parameters in braces.
    let path: String
    let id: String
    let summary: String
    let query: [APIOperation.Parameter]
    /// The list that the operation returns page by page; nil if it returns no list.
    let list: ListName?
    let json: [APIOperation.Field]
    let form: [APIOperation.Field]
    let status: HTTPResponse.Status
    /// The name of the response schema; nil if the response has no body.
    let response: String?
    /// Whether the request may have an idempotency key.
    let takesKey: Bool
    /// Error statuses in addition to those that follow from the route and the request body.
    let errors: [HTTPResponse.Status]

    init(
        _ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String,
        query: [APIOperation.Parameter] = [], paged list: ListName? = nil, json: [APIOperation.Field] = [],
        form: [APIOperation.Field] = [], _ status: HTTPResponse.Status, _ response: String? = nil,
        takesKey: Bool = false, errors: [HTTPResponse.Status] = []
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.summary = summary
        self.query = query
        self.list = list
        self.json = json
        self.form = form
        self.status = status
        self.response = response
        self.takesKey = takesKey
        self.errors = errors
    }
}

extension APIOperation {
    /// Joins a description with its route, and adds the errors that follow from both.
    fileprivate init(_ description: OperationDescription, tag: Tag, route: Route) {
        let names = description.path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
        let hasNumericID = ["posts", "comments", "media"].contains {
            description.path.hasPrefix("/\($0)/{id}")
        }
        var parameters = names.map {
            Parameter(
                name: $0, in: .path, description: Self.description(ofPathParameter: $0),
                pattern: $0 == "id" && hasNumericID ? TextPatterns.id : nil)
        }
        parameters += description.query
        if let list = description.list {
            parameters += [
                .init(
                    name: "cursor", in: .query,
                    description: "`nextCursor` of the previous page of this list.",
                    pattern: list.cursorPattern), Operations.limit,
            ]
        }
        if description.takesKey { parameters.append(Operations.idempotencyKey) }
        var errors: Set<HTTPResponse.Status> = [.badRequest, .serviceUnavailable]
        // Wherever requests are authenticated, a token can be invalid or lack the scope, and rate limits
        // apply.
        if route.audience != .unauthenticated {
            errors.formUnion([.unauthorized, .forbidden, .tooManyRequests])
        }
        if !names.isEmpty { errors.insert(.notFound) }
        if !description.json.isEmpty || !description.form.isEmpty {
            errors.formUnion([.contentTooLarge, .unsupportedMediaType, .unprocessableContent])
        }
        errors.formUnion(description.errors)
        self.init(
            route: route, id: description.id, path: description.path, tag: tag, summary: description.summary,
            parameters: parameters, json: description.json, form: description.form,
            status: description.status, response: description.response,
            errors: errors.sorted { $0.code < $1.code })
    }

    private static func description(ofPathParameter name: String) -> String {
        switch name {
        case "username": "A username."
        case "upload": "The last segment of the upload URL."
        case "tag": "A tag without the “#”."
        default: "An ID."
        }
    }
}
