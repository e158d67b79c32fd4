import Core

/// The schemas of responses, in JSON Schema (https://json-schema.org, 2020-12).
enum Schemas {
    static let all: [(String, JSONNode)] = [
        ("UserSummary", object(summary)),
        ("User", object(user, optional: ["relationship"])),
        ("OwnUser", object(user.filter { $0.0 != "relationship" } + [("email", email)], optional: ["email"])),
        (
            "Relationship",
            object(
                ["following", "requested", "followedBy", "requestedBy", "blocking", "muting"].map {
                    ($0, boolean)
                })
        ),
        ("SignedIn", object([("user", reference("User")), ("token", text), ("expiresAt", time)])),
        (
            "Security",
            object([
                ("twoStepSince", timeOrNull), ("recoveryCodesLeft", number),
                ("trustedBrowsers", list(of: reference("TrustedBrowser"))),
            ])
        ),
        (
            "TrustedBrowser",
            object([("id", text), ("name", text), ("createdAt", time), ("expiresAt", time)])
        ),
        ("AuthenticatorSetup", object([("secret", text), ("uri", text)])),
        ("RecoveryCodes", object([("recoveryCodes", list(of: text))])),
        ("Rendition", object([("url", text), ("width", number), ("height", number)])),
        (
            "Media",
            object([
                ("id", id), ("url", text), ("width", number), ("height", number), ("altText", text),
                ("blurhash", text),
                ("renditions", list(of: reference("Rendition"))),
            ])
        ),
        (
            "Upload",
            object([
                ("mediaId", id), ("url", text), ("method", text), ("headers", texts), ("fields", texts),
                ("expiresAt", time),
            ])
        ),
        (
            "Post",
            object([
                ("id", id), ("code", text), ("url", text), ("authorId", id),
                ("author", reference("UserSummary")),
                ("caption", text),
                ("location", text), ("imageUrl", text), ("media", list(of: reference("Media"))),
                ("likesCount", likes), ("commentsCount", comments), ("likedByMe", boolean),
                ("savedByMe", boolean),
                ("createdAt", time), ("updatedAt", time),
            ])
        ),
        (
            "Comment",
            object([
                ("id", id), ("postId", id), ("authorId", id), ("author", reference("UserSummary")),
                ("text", text),
                ("replyToId", textOrNull), ("likesCount", number), ("likedByMe", boolean),
                ("createdAt", time),
            ])
        ),
        ("Tag", object([("tag", text), ("postsCount", tagged)])),
        (
            "Notification",
            object([
                ("id", id),
                (
                    "kind",
                    [
                        "type": "string",
                        "enum": [
                            "like", "comment", "reply", "mention", "follow", "request", "accepted",
                            "comment_like",
                        ],
                    ]
                ), ("actors", list(of: reference("UserSummary"))), ("actorsCount", actors),
                ("postId", textOrNull),
                ("commentId", textOrNull), ("commentText", textOrNull), ("isUnread", boolean),
                ("createdAt", time),
            ])
        ),
        (
            "Credential",
            object([
                ("id", text), ("name", text), ("scopes", list(of: reference("Scope"))),
                ("isCurrent", boolean),
                ("createdAt", time),
                ("usedAt", time), ("expiresAt", time),
            ])
        ),
        ("Scope", ["type": "string", "enum": ["read", "write"]]),
        ("SecondFactor", ["type": "string", "enum": ["totp", "recovery-code"]]),
        ("FieldError", object([("field", text), ("message", text)])),
        (
            "NewToken",
            object([("token", text), ("scopes", list(of: reference("Scope"))), ("expiresAt", time)])
        ),
        ("PostList", page(of: reference("Post"))), ("UserSummaryList", page(of: reference("UserSummary"))),
        ("CommentList", page(of: reference("Comment"))),
        ("NotificationList", page(of: reference("Notification"))),
        ("CredentialList", page(of: reference("Credential"))),
        ("SearchList", page(of: ["anyOf": [reference("UserSummary"), reference("Tag"), reference("Post")]])),
        (
            "Problem",
            object(
                [
                    ("type", text), ("title", text), ("status", number), ("detail", text),
                    ("requestId", text),
                    ("errors", list(of: reference("FieldError"))), ("ticket", text),
                    ("methods", list(of: reference("SecondFactor"))),
                ], optional: ["errors", "ticket", "methods"])
        ),
    ]

    private static let summary: [(String, JSONNode)] = [
        ("id", id), ("username", text), ("fullName", text), ("profilePictureUrl", textOrNull),
    ]
    private static let user: [(String, JSONNode)] =
        summary + [
            ("bio", text), ("website", text), ("pronouns", text), ("isPrivate", boolean),
            ("postsCount", number),
            ("followerCount", number), ("followingCount", number), ("createdAt", time),
            ("relationship", reference("Relationship")),
        ]

    static func reference(_ name: String) -> JSONNode { ["$ref": .text("#/components/schemas/\(name)")] }

    static let text: JSONNode = ["type": "string"]
    static let boolean: JSONNode = ["type": "boolean"]
    static let number: JSONNode = ["type": "integer"]
    /// A string of decimal digits, because numbers in JavaScript are exact only up to 2⁵³.
    static let id: JSONNode = ["type": "string", "pattern": .text(TextPatterns.id)]
    private static let time: JSONNode = ["type": "string", "format": "date-time"]
    private static let texts: JSONNode = ["type": "object", "additionalProperties": ["type": "string"]]
    private static let timeOrNull: JSONNode = ["type": ["string", "null"], "format": "date-time"]
    private static let textOrNull: JSONNode = ["type": ["string", "null"]]
    private static let email = text.adding([
        (
            "description",
            """
            In its normal form: lower case, NFC, the domain in ASCII (`xn--…`). Needs the scope `read`.
            """
        )
    ])
    private static let likes = number.adding([
        (
            "description",
            "Likes, without those of people whom you block or who block you."
        )
    ])
    private static let comments = number.adding([
        ("description", "Comments and replies, without those of people whom you block or who block you.")
    ])
    private static let tagged = number.adding([
        ("description", .text("Posts that you may see, counted up to \(Search.tagCountLimit)."))
    ])
    private static let actors = number.adding([
        (
            "description",
            .text(
                "People who did it, among your newest \(Notifications.window) notifications of each kind."
            )
        )
    ])
    static func list(of item: JSONNode) -> JSONNode { ["type": "array", "items": item] }

    private static func page(of item: JSONNode) -> JSONNode {
        object([("items", list(of: item)), ("nextCursor", textOrNull)])
    }

    /// An object with at least these fields. Later versions may add some.
    static func object(_ fields: [(String, JSONNode)], optional: Set<String> = []) -> JSONNode {
        [
            "type": "object", "properties": .object(fields),
            "required": .array(fields.map(\.0).filter { !optional.contains($0) }.map { .text($0) }),
        ]
    }
}
