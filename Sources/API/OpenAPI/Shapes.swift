import Core

/// The shapes of bodies, as JSON Schema (https://json-schema.org, 2020-12).
enum Shapes {
    static let all: [(String, JSONNode)] = [
        ("Summary", object(summary)),
        ("User", object(user, optional: ["relationship"])),
        ("OwnUser", object(user.filter { $0.0 != "relationship" } + [("email", email)], optional: ["email"])),
        (
            "Relationship",
            object(
                ["following", "requested", "followedBy", "requestedBy", "blocking", "muting"].map {
                    ($0, truth)
                })
        ),
        ("SignedIn", object([("user", reference("User")), ("token", text), ("expiresAt", time)])),
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
                ("id", id), ("code", text), ("url", text), ("authorId", id), ("author", reference("Summary")),
                ("caption", text),
                ("location", text), ("imageUrl", text), ("media", list(of: reference("Media"))),
                ("likesCount", likes), ("commentsCount", comments), ("likedByMe", truth),
                ("savedByMe", truth),
                ("createdAt", time), ("updatedAt", time),
            ])
        ),
        (
            "Comment",
            object([
                ("id", id), ("postId", id), ("authorId", id), ("author", reference("Summary")),
                ("text", text),
                ("replyToId", textOrNull), ("likesCount", number), ("likedByMe", truth), ("createdAt", time),
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
                ), ("actors", list(of: reference("Summary"))), ("actorsCount", actors),
                ("postId", textOrNull),
                ("commentId", textOrNull), ("commentText", textOrNull), ("isUnread", truth),
                ("createdAt", time),
            ])
        ),
        (
            "Credential",
            object([
                ("id", text), ("name", text), ("scopes", list(of: scope)), ("isCurrent", truth),
                ("createdAt", time),
                ("usedAt", time), ("expiresAt", time),
            ])
        ),
        ("NewToken", object([("token", text), ("scopes", list(of: scope)), ("expiresAt", time)])),
        ("PostList", page(of: reference("Post"))), ("SummaryList", page(of: reference("Summary"))),
        ("CommentList", page(of: reference("Comment"))),
        ("NotificationList", page(of: reference("Notification"))),
        ("CredentialList", page(of: reference("Credential"))),
        ("SearchList", page(of: ["anyOf": [reference("Summary"), reference("Tag"), reference("Post")]])),
        (
            "Problem",
            object(
                [
                    ("type", text), ("title", text), ("status", number), ("detail", text),
                    ("requestId", text),
                    ("errors", list(of: object([("field", text), ("message", text)]))),
                ], optional: ["errors"])
        ),
    ]

    private static let summary: [(String, JSONNode)] = [
        ("id", id), ("username", text), ("fullName", text), ("profilePictureUrl", textOrNull),
    ]
    private static let user: [(String, JSONNode)] =
        summary + [
            ("bio", text), ("website", text), ("pronouns", text), ("isPrivate", truth),
            ("postsCount", number),
            ("followerCount", number), ("followingCount", number), ("createdAt", time),
            ("relationship", reference("Relationship")),
        ]

    static func reference(_ name: String) -> JSONNode { ["$ref": .text("#/components/schemas/\(name)")] }

    static let text: JSONNode = ["type": "string"]
    static let truth: JSONNode = ["type": "boolean"]
    static let number: JSONNode = ["type": "integer"]
    /// Decimal digits: JavaScript’s numbers end at 2⁵³.
    static let id: JSONNode = ["type": "string", "pattern": .text(TextPatterns.id)]
    private static let time: JSONNode = ["type": "string", "format": "date-time"]
    private static let texts: JSONNode = ["type": "object", "additionalProperties": ["type": "string"]]
    private static let textOrNull: JSONNode = ["type": ["string", "null"]]
    private static let email = text.adding([
        (
            "description",
            """
            As it is compared: in lower case, composed (NFC), its domain in ASCII (`xn--…`). Only with the scope read.
            """
        )
    ])
    private static let likes = number.adding([
        (
            "description",
            "Likes by the people whom the list of likes shows you: none whom you block or who block you."
        )
    ])
    private static let comments = number.adding([
        ("description", "Comments that the list of comments shows you, answers among them.")
    ])
    private static let tagged = number.adding([
        ("description", .text("Posts that you may see, counted up to \(Search.tagCountLimit)."))
    ])
    private static let actors = number.adding([
        (
            "description",
            .text(
                "How many did it, among the newest \(Notifications.window) of each kind that you were told of."
            )
        )
    ])
    static let scope: JSONNode = ["type": "string", "enum": ["read", "write"]]

    static func list(of item: JSONNode) -> JSONNode { ["type": "array", "items": item] }

    private static func page(of item: JSONNode) -> JSONNode {
        object([("items", list(of: item)), ("nextCursor", textOrNull)])
    }

    /// An object with at least these fields: later versions may add some.
    static func object(_ fields: [(String, JSONNode)], optional: Set<String> = []) -> JSONNode {
        [
            "type": "object", "properties": .object(fields),
            "required": .array(fields.map(\.0).filter { !optional.contains($0) }.map { .text($0) }),
        ]
    }
}
