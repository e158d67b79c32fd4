import Core
import Web

/// The schemas of request bodies, in JSON Schema.
enum FieldSchemas {
    /// The schema of a JSON body. An optional field may also be null.
    static func json(_ fields: [APIOperation.Field]) -> JSONNode {
        object(fields) { field in
            let node = node(field.kind, isRequired: field.isRequired)
            return field.isRequired ? node : nullable(node)
        }
    }

    /// The schema of a multipart form.
    static func form(_ fields: [APIOperation.Field]) -> JSONNode {
        object(fields) { node($0.kind, isRequired: $0.isRequired) }
    }

    private static func object(
        _ fields: [APIOperation.Field], _ node: (APIOperation.Field) -> JSONNode
    ) -> JSONNode {
        [
            "type": "object",
            "properties": .object(
                fields.map { ($0.name, node($0).adding([("description", .text($0.description))])) }),
            "required": .array(fields.filter(\.isRequired).map { .text($0.name) }),
        ]
    }

    private static func nullable(_ node: JSONNode) -> JSONNode {
        guard case .object(let fields) = node else { return node }
        return .object(
            fields.map { name, value in
                guard name == "type", case .text(let type) = value else { return (name, value) }
                return (name, [.text(type), "null"])
            })
    }

    private static func node(_ kind: APIOperation.Field.Kind, isRequired: Bool) -> JSONNode {
        switch kind {
        case .text: Schemas.text
        case .line(let lengths):
            text(lengths, matching: TextPatterns.line(isRequired: lengths.lowerBound > 0))
        case .prose(let lengths):
            text(lengths, matching: TextPatterns.prose(isRequired: lengths.lowerBound > 0))
        case .username:
            [
                "type": "string", "pattern": .text(TextPatterns.username), "minLength": 1,
                "maxLength": .number(Username.maximumLength),
            ]
        case .email: ["type": "string", "format": "idn-email", "maxLength": 254]
        case .website: text(0...ProfileEdit.websiteLimit, matching: TextPatterns.website)
        case .password: ["type": "string", "format": "password"]
        case .newPassword: ["type": "string", "format": "password", "minLength": 10, "maxLength": 256]
        case .number(let range):
            ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
        case .boolean: Schemas.boolean
        case .choice(let choices): ["type": "string", "enum": .array(choices.map { .text($0) })]
        case .id: Schemas.id
        case .ids(let counts): list(of: Schemas.id, counts, areUnique: true)
        case .scopes: ["type": "array", "items": Schemas.reference("Scope"), "minItems": 1]
        case .media: Schemas.list(of: Schemas.reference("PhotoDescription"))
        case .file: file
        case .files(let counts): list(of: file, counts)
        case .altTexts: Schemas.list(of: altText)
        }
    }

    /// The new alt text of a photo of a post.
    static let photoDescription: JSONNode = [
        "type": "object", "required": ["id", "altText"],
        "properties": ["id": Schemas.id, "altText": altText],
    ]

    private static let file: JSONNode = ["type": "string", "format": "binary"]
    private static let altText = text(
        0...PhotoUpload.altTextLimit, matching: TextPatterns.prose(isRequired: false))

    private static func text(_ lengths: ClosedRange<Int>, matching pattern: String) -> JSONNode {
        let node: JSONNode = [
            "type": "string", "pattern": .text(pattern),
            // JSON Schema counts code points, of which a character can have several.
            "maxLength": .number(TextLimit.codePoints(for: lengths.upperBound)),
        ]
        return lengths.lowerBound == 0 ? node : node.adding([("minLength", .number(lengths.lowerBound))])
    }

    private static func list(
        of item: JSONNode, _ counts: ClosedRange<Int>, areUnique: Bool = false
    ) -> JSONNode {
        let node: JSONNode = [
            "type": "array", "items": item, "minItems": .number(counts.lowerBound),
            "maxItems": .number(counts.upperBound),
        ]
        return areUnique ? node.adding([("uniqueItems", true)]) : node
    }
}
