import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// The description of the API for programs (https://spec.openapis.org/oas/v3.1.0).
package enum OpenAPI {
    /// The document, as bytes of JSON.
    package static func document(of operations: [APIOperation]) -> [UInt8] {
        var json = JSONText()
        tree(operations).write(to: &json)
        return json.bytes
    }

    /// The route of the document, which describes itself besides `others`.
    static func routes(describing others: [Route]) -> [Route] {
        // What the document says of its own route does not depend on what that route answers.
        let itself = routes(answering: [])
        return routes(answering: document(of: Operations.described(by: itself + others)))
    }

    private static func routes(answering document: [UInt8]) -> [Route] {
        let bytes = ByteBuffer(bytes: document)
        let route = Route.get("openapi.json", .anyone) { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "application/json", .contentLength: String(bytes.readableBytes),
                    .cacheControl: "public, max-age=3600",
                ], body: .init(byteBuffer: bytes))
        }
        return [route].below("api", errors: .json)
    }

    private static func tree(_ operations: [APIOperation]) -> JSONNode {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Isntgram", "version": "1",
                "description": """
                A photo community. Lists come in pages: pass nextCursor as cursor, or follow Link. A cursor belongs to its \
                list: one of another list, an empty one, or a limit that is not from 1 to 100 is answered with 400. \
                Lengths are counted in characters as people see them, so that what has at most maxLength code points is \
                always short enough; passwords are counted in code points. White space around a text is dropped. Errors \
                are problem details (RFC 9457) that name the field, the limit and the remedy. A method that a path does \
                not have is answered with 405 and Allow. Answers may have more fields than are described here: ignore \
                those that you do not know.
                """,
                "license": ["name": "AGPL-3.0", "identifier": "AGPL-3.0-only"],
            ],
            "servers": [["url": "/api"]],
            "paths": .object(paths(operations)),
            "components": [
                "schemas": .object(Shapes.all),
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "headers": headers,
                "responses": [
                    "Problem": problem("What went wrong, and what to do."),
                    "Unauthorized": problem(
                        "No credentials, or ones that are not valid any more.", headers: ["WWW-Authenticate"]),
                    "Later": problem(
                        "Too often, or not possible now: try again later.", headers: ["Retry-After"]),
                ],
            ],
        ]
    }

    private static func paths(_ operations: [APIOperation]) -> [(String, JSONNode)] {
        var seen: [String] = []
        for operation in operations where !seen.contains(operation.path) { seen.append(operation.path) }
        return seen.map { path in
            let here = operations.filter { $0.path == path }
            return (path, .object(here.map { ($0.route.method.rawValue.lowercased(), node($0)) }))
        }
    }

    private static func node(_ operation: APIOperation) -> JSONNode {
        var fields: [(String, JSONNode)] = [
            ("operationId", .text(identifier(operation))), ("summary", .text(operation.summary)),
            ("tags", [.text(operation.subject)]),
            ("security", security(operation.route)),
        ]
        let limits =
            operation.route.limits.map(\.meaning)
            + operation.route.multipartLimits.map { "\($0.meaning), where the request brings photos" }
        if !limits.isEmpty {
            fields.append(("description", .text("Limited: \(limits.joined(separator: "; ")).")))
        }
        if !operation.parameters.isEmpty {
            fields.append(("parameters", .array(operation.parameters.map(node))))
        }
        if let body = body(operation) { fields.append(("requestBody", body)) }
        fields.append(("responses", .object(responses(operation))))
        return .object(fields)
    }

    /// The scope that a token must have; with the empty requirement, a token may be left out.
    private static func security(_ route: Route) -> JSONNode {
        let token: JSONNode = ["token": .array(route.scope.names.map { .text($0) })]
        return switch route.audience {
        case .unidentified: []
        case .anyone: [[:], token]
        case .member: [token]
        }
    }

    private static func identifier(_ operation: APIOperation) -> String {
        let words = operation.path.split { !$0.isLetter && !$0.isNumber }.map {
            $0.prefix(1).uppercased() + $0.dropFirst()
        }
        return operation.route.method.rawValue.lowercased() + words.joined()
    }

    private static func node(_ parameter: APIOperation.Parameter) -> JSONNode {
        let schema: JSONNode =
            switch (parameter.name, parameter.pattern) {
            case ("limit", _): ["type": "integer", "minimum": 1, "maximum": 100, "default": 20]
            case ("type", _): ["type": "string", "enum": ["users", "tags", "posts"], "default": "users"]
            case ("q", _): ["type": "string", "maxLength": .number(SearchQuery.limit)]
            case (_, let pattern?): ["type": "string", "pattern": .text(pattern)]
            default: ["type": "string", "minLength": 1]
            }
        return [
            "name": .text(parameter.name), "in": parameter.isInPath ? "path" : "query",
            "required": .truth(parameter.isRequired), "description": .text(parameter.meaning),
            "schema": schema,
        ]
    }

    private static func body(_ operation: APIOperation) -> JSONNode? {
        var content: [(String, JSONNode)] = []
        if !operation.json.isEmpty {
            content.append(("application/json", ["schema": FieldShapes.json(operation.json)]))
        }
        if !operation.form.isEmpty {
            content.append(("multipart/form-data", ["schema": FieldShapes.form(operation.form)]))
        }
        return content.isEmpty ? nil : ["required": true, "content": .object(content)]
    }

    private static func responses(_ operation: APIOperation) -> [(String, JSONNode)] {
        var success: JSONNode =
            switch operation.answer {
            case nil: ["description": "Done."]
            case "ZIP": ["description": "A ZIP file.", "content": ["application/zip": [:]]]
            case "Events": ["description": "A stream of events.", "content": ["text/event-stream": [:]]]
            case "OpenAPI":
                [
                    "description": "This document.",
                    "content": ["application/json": ["schema": ["type": "object"]]],
                ]
            case let shape?:
                [
                    "description": "Done.",
                    "content": ["application/json": ["schema": Shapes.reference(shape)]],
                ]
            }
        if operation.parameters.contains(where: { $0.name == "cursor" }) {
            success = success.adding([("headers", ["Link": ["$ref": "#/components/headers/Link"]])])
        }
        if operation.path == "/posts", operation.status == .created {
            success = success.adding([("headers", ["Location": ["$ref": "#/components/headers/Location"]])])
        }
        let errors = operation.errors.map { status -> (String, JSONNode) in
            let shape =
                switch status {
                case .unauthorized: "Unauthorized"
                case .tooManyRequests, .serviceUnavailable: "Later"
                default: "Problem"
                }
            return (String(status.code), ["$ref": .text("#/components/responses/\(shape)")])
        }
        return [(String(operation.status.code), success)] + errors
    }

    private static let headers: JSONNode = [
        "Link": [
            "description": "The address of the next page (RFC 8288), where there is one.",
            "schema": ["type": "string", "pattern": "^<[^>]+>; rel=\"next\"$"],
        ],
        "Location": [
            "description": "Where the new post is.", "required": true,
            "schema": ["type": "string", "pattern": "^/api/posts/[0-9]+$"],
        ],
        "Retry-After": [
            "description": "After how many seconds to try again.", "required": true,
            "schema": ["type": "integer", "minimum": 0],
        ],
        "WWW-Authenticate": ["description": "`Bearer`.", "required": true, "schema": ["type": "string"]],
    ]

    private static func problem(_ description: JSONNode, headers: [String] = []) -> JSONNode {
        let node: JSONNode = [
            "description": description,
            "content": ["application/problem+json": ["schema": Shapes.reference("Problem")]],
        ]
        let references = headers.map { ($0, ["$ref": .text("#/components/headers/\($0)")] as JSONNode) }
        return headers.isEmpty ? node : node.adding([("headers", .object(references))])
    }
}
