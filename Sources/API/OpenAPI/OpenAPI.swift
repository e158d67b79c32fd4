import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// The OpenAPI document that describes the API to programs (https://spec.openapis.org/oas/v3.1.0).
package enum OpenAPI {
    /// The document, as bytes of JSON.
    package static func document(of operations: [APIOperation]) -> [UInt8] {
        var json = JSONText()
        tree(operations).write(to: &json)
        return json.bytes
    }

    /// The route that serves the document. The document describes `others` and this route itself.
    static func routes(describing others: [Route]) -> [Route] {
        // The description of a route does not depend on its response, so an empty document is enough here.
        let itself = routes(serving: [])
        return routes(serving: document(of: Operations.all(in: itself + others)))
    }

    private static func routes(serving document: [UInt8]) -> [Route] {
        let bytes = ByteBuffer(bytes: document)
        let route = Route.get("openapi.json", .anyone) { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "application/json", .contentLength: String(bytes.readableBytes),
                    .cacheControl: "public, max-age=3600",
                ], body: .init(byteBuffer: bytes))
        }
        return [route].prefixed(with: "api", errors: .json)
    }

    private static func tree(_ operations: [APIOperation]) -> JSONNode {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Isntgram", "version": "1", "description": .text(introduction),
                "license": ["name": "AGPL-3.0", "identifier": "AGPL-3.0-only"],
            ],
            "servers": [["url": "/api"]],
            "tags": .array(
                operations.tags.map { ["name": .text($0.name), "description": .text($0.description)] }),
            "paths": .object(paths(operations)),
            "components": [
                "schemas": .object(
                    Schemas.all + [("PhotoDescription", FieldSchemas.photoDescription)]
                        + requestSchemas(of: operations)),
                "securitySchemes": ["token": .object(tokenScheme)],
                "headers": headers,
                "responses": .object(
                    [("FormerUsername", formerUsername)]
                        + ProblemType.allCases.map { ($0.schemaName, problem($0)) }),
            ],
        ]
    }

    private static let introduction = """
        The API of a photo community.

        **Lists** are returned page by page: pass `nextCursor` as `cursor`, or follow the header \
        `Link`. A cursor is valid for the list that returned it and for no other; a cursor of a \
        search, only for the same `type`. A cursor or limit that is not valid is answered with 400.

        **Lengths** in the descriptions of fields are counted in characters as people see them \
        (extended grapheme clusters), and a text may have \(TextLimit.bytesPerCharacter) bytes for each \
        character of its limit. `maxLength` counts code points, as JSON Schema does, and is the \
        largest number that such a text can have. Passwords are counted in code points. White space \
        around a text is removed. In captions, comments, biographies and alt texts, tabs become \
        spaces, all line breaks become line feeds, and other control characters are removed; the \
        limit applies to the result.

        **Errors** are problem details (RFC 9457) with a `type` for each kind of problem, and name \
        the field, the limit and the remedy. A method that a path does not have is answered with \
        405 and `Allow`.

        **Later versions** may add fields to responses: ignore those that you do not know.
        """

    private static let tokenScheme: [(String, JSONNode)] = [
        ("type", "http"), ("scheme", "bearer"),
        (
            "description",
            """
            A token from `signIn`, `register` or the settings page. Scopes: `read` to see what the account \
            sees, `write` to act for it.
            """
        ),
    ]

    private static func paths(_ operations: [APIOperation]) -> [(String, JSONNode)] {
        var seen: [String] = []
        for operation in operations where !seen.contains(operation.path) { seen.append(operation.path) }
        return seen.map { path in
            let here = operations.filter { $0.path == path }
            return (path, .object(here.map { ($0.route.method.rawValue.lowercased(), $0.node) }))
        }
    }

    private static func requestSchemas(of operations: [APIOperation]) -> [(String, JSONNode)] {
        operations.flatMap { operation in
            (operation.json.isEmpty
                ? [] : [(operation.jsonSchemaName, FieldSchemas.json(operation.json))])
                + (operation.form.isEmpty
                    ? [] : [(operation.formSchemaName, FieldSchemas.form(operation.form))])
        }
    }

    private static let headers: JSONNode = [
        "Link": [
            "description": "The URL of the next page (RFC 8288), if there is one.",
            "schema": ["type": "string", "pattern": #"^<[^>]+>; rel="next"$"#],
        ],
        "Location": [
            "description": "The path of the new post.", "required": true,
            "schema": ["type": "string", "pattern": "^/api/posts/[0-9]+$"],
        ],
        "Retry-After": [
            "description": "Seconds to wait before trying again.", "required": true,
            "schema": ["type": "integer", "minimum": 0],
        ],
        "WWW-Authenticate": ["description": "`Bearer`.", "required": true, "schema": ["type": "string"]],
    ]

    private static let formerUsername: JSONNode = [
        "description": .text(
            """
            The member had this username until at most 90 days ago. Repeat the request with the current \
            one, at the path in `Location`.
            """),
        "headers": [
            "Location": [
                "description": "The same path with the current username.", "required": true,
                "schema": ["type": "string", "pattern": "^/api/"],
            ]
        ],
    ]

    private static func problem(_ type: ProblemType) -> JSONNode {
        let node: JSONNode = [
            "description": .text("\(type.title). \(type.remedy)"),
            "content": [
                "application/problem+json": Examples.content("Problem", Examples.problem(type))
            ],
        ]
        let header: String? =
            switch type {
            case .unauthorized: "WWW-Authenticate"
            case .tooManyRequests, .unavailable: "Retry-After"
            default: nil
            }
        guard let header else { return node }
        return node.adding([("headers", .object([(header, reference(toHeader: header))]))])
    }

    static func reference(toHeader name: String) -> JSONNode {
        ["$ref": .text("#/components/headers/\(name)")]
    }
}

extension ProblemType {
    /// The name of the response in `components`: `NotFound`.
    var schemaName: String {
        rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
