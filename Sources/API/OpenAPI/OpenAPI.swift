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
                A photo community. Lists come in pages: pass nextCursor as cursor, or follow Link. Errors are problem details \
                (RFC 9457) that name the field, the limit and the remedy.
                """,
                "license": ["name": "AGPL-3.0", "identifier": "AGPL-3.0-only"],
            ],
            "servers": [["url": "/api"]],
            "paths": .object(paths(operations)),
            "components": [
                "schemas": .object(Shapes.all),
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "responses": [
                    "Problem": [
                        "description": "What went wrong, and what to do.",
                        "content": ["application/problem+json": ["schema": Shapes.reference("Problem")]],
                    ]
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
        if !operation.parameters.isEmpty { fields.append(("parameters", .array(operation.parameters.map(node)))) }
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
        let words = operation.path.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return operation.route.method.rawValue.lowercased() + words.joined()
    }

    private static func node(_ parameter: APIOperation.Parameter) -> JSONNode {
        let schema: JSONNode =
            switch parameter.name {
            case "limit": ["type": "integer", "minimum": 1, "maximum": 100, "default": 20]
            case "type": ["type": "string", "enum": ["users", "tags", "posts"], "default": "users"]
            case "q": ["type": "string", "maxLength": 200]
            case "cursor": ["type": "string", "pattern": "^[0-9]{1,18}$"]
            default: Shapes.text
            }
        return [
            "name": .text(parameter.name), "in": parameter.isInPath ? "path" : "query",
            "required": .truth(parameter.isInPath || parameter.name == "q"), "description": .text(parameter.meaning),
            "schema": schema,
        ]
    }

    private static func body(_ operation: APIOperation) -> JSONNode? {
        var content: [(String, JSONNode)] = []
        if !operation.json.isEmpty { content.append(("application/json", ["schema": schema(operation.json)])) }
        if !operation.form.isEmpty { content.append(("multipart/form-data", ["schema": schema(operation.form)])) }
        return content.isEmpty ? nil : ["required": true, "content": .object(content)]
    }

    private static func schema(_ fields: [APIOperation.Field]) -> JSONNode {
        let properties = fields.map { field -> (String, JSONNode) in
            (field.name, schema(field.kind).adding([("description", .text(field.meaning))]))
        }
        return [
            "type": "object", "properties": .object(properties),
            "required": .array(fields.filter(\.isRequired).map { .text($0.name) }),
        ]
    }

    private static func schema(_ kind: APIOperation.Field.Kind) -> JSONNode {
        switch kind {
        case .text: Shapes.text
        case .number: Shapes.number
        case .truth: Shapes.truth
        case .id: Shapes.id
        case .password: ["type": "string", "format": "password"]
        case .file: ["type": "string", "format": "binary"]
        case .files: ["type": "array", "items": ["type": "string", "format": "binary"], "minItems": 1, "maxItems": 10]
        case .texts: Shapes.list(of: Shapes.text)
        case .media: Shapes.list(of: Shapes.object([("id", Shapes.id), ("altText", Shapes.text)]))
        }
    }

    private static func responses(_ operation: APIOperation) -> [(String, JSONNode)] {
        let success: JSONNode =
            switch operation.answer {
            case nil: ["description": "Done."]
            case "ZIP": ["description": "A ZIP file.", "content": ["application/zip": [:]]]
            case "Events": ["description": "A stream of events.", "content": ["text/event-stream": [:]]]
            case "OpenAPI":
                ["description": "This document.", "content": ["application/json": ["schema": ["type": "object"]]]]
            case let shape?:
                ["description": "Done.", "content": ["application/json": ["schema": Shapes.reference(shape)]]]
            }
        let errors = operation.errors.map { status -> (String, JSONNode) in
            (String(status.code), ["$ref": "#/components/responses/Problem"])
        }
        return [(String(operation.status.code), success)] + errors
    }
}
