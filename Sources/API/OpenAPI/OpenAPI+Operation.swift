import Core
import HTTPTypes
import Web

/// The description of an operation in the OpenAPI document.
extension APIOperation {
    var node: JSONNode {
        var fields: [(String, JSONNode)] = [
            ("operationId", .text(id)), ("summary", .text(summary)), ("tags", [.text(tag.name)]),
            ("security", security),
        ]
        let limits =
            route.limits.map(\.summary)
            + route.multipartLimits.map { "\($0.summary), if the request contains photos" }
        if !limits.isEmpty {
            fields.append(("description", .text("Rate limits: \(limits.joined(separator: "; ")).")))
        }
        if !parameters.isEmpty { fields.append(("parameters", .array(parameters.map(\.node)))) }
        if let requestBody { fields.append(("requestBody", requestBody)) }
        fields.append(("responses", .object(responses)))
        return .object(fields)
    }

    /// `CreatePostRequest`
    var jsonSchemaName: String { id.prefix(1).uppercased() + id.dropFirst() + "Request" }
    /// `CreatePostForm`
    var formSchemaName: String { id.prefix(1).uppercased() + id.dropFirst() + "Form" }

    /// The scope that a token needs; an empty requirement means that the token may be left out.
    private var security: JSONNode {
        let token: JSONNode = ["token": .array(route.scope.names.map { .text($0) })]
        return switch route.audience {
        case .unauthenticated: []
        case .anyone: [[:], token]
        case .member: [token]
        }
    }

    private var requestBody: JSONNode? {
        var content: [(String, JSONNode)] = []
        if !json.isEmpty {
            content.append(("application/json", Examples.content(jsonSchemaName, Examples.body(json))))
        }
        if !form.isEmpty {
            content.append(("multipart/form-data", Examples.content(formSchemaName, Examples.body(form))))
        }
        return content.isEmpty ? nil : ["required": true, "content": .object(content)]
    }

    private var responses: [(String, JSONNode)] {
        let problems = errors.compactMap { status in
            ProblemType(status: status).map { type -> (String, JSONNode) in
                (String(status.code), ["$ref": .text("#/components/responses/\(type.schemaName)")])
            }
        }
        let redirects: [(String, JSONNode)] =
            parameters.contains { $0.location == .path && $0.name == "username" }
            ? [("308", ["$ref": "#/components/responses/FormerUsername"])] : []
        return [(String(status.code), success)] + redirects + problems
    }

    private var success: JSONNode {
        var fields: [(String, JSONNode)] =
            switch response {
            case nil: [("description", "Done.")]
            case "ZIP": [("description", "A ZIP file."), ("content", ["application/zip": [:]])]
            case "Events":
                [
                    ("description", "A stream of events."),
                    (
                        "content",
                        ["text/event-stream": ["schema": Schemas.text, "example": .text(Examples.event)]]
                    ),
                ]
            case "OpenAPI":
                [
                    ("description", "This document."),
                    ("content", ["application/json": ["schema": ["type": "object"]]]),
                ]
            case let name?:
                [
                    ("description", "Done."),
                    ("content", ["application/json": Examples.content(name, Examples.response(name))]),
                ]
            }
        if parameters.contains(where: { $0.name == "cursor" }) {
            fields.append(("headers", ["Link": OpenAPI.reference(toHeader: "Link")]))
        }
        if id == "createPost" {
            fields.append(("headers", ["Location": OpenAPI.reference(toHeader: "Location")]))
        }
        return .object(fields)
    }
}

extension APIOperation.Parameter {
    fileprivate var node: JSONNode {
        let schema: JSONNode =
            switch (name, pattern) {
            case ("limit", _): ["type": "integer", "minimum": 1, "maximum": 100, "default": 20]
            case ("type", _): ["type": "string", "enum": ["users", "tags", "posts"], "default": "users"]
            case ("q", _):
                ["type": "string", "maxLength": .number(TextLimit.codePoints(for: SearchQuery.limit))]
            case (_, let pattern?): ["type": "string", "pattern": .text(pattern)]
            default: ["type": "string", "minLength": 1]
            }
        return [
            "name": .text(name), "in": .text(location.rawValue), "required": .boolean(isRequired),
            "description": .text(description), "schema": schema,
        ]
    }
}
