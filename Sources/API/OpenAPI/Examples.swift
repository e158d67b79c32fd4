import HTTPTypes
import Web

/// The examples of requests and responses. A test checks each of them against its schema.
enum Examples {
    /// The description of a body in the OpenAPI document: its schema and an example.
    static func content(_ schema: String, _ example: JSONNode) -> JSONNode {
        ["schema": Schemas.reference(schema), "example": example]
    }

    // MARK: - Requests

    /// An example body with a value for each field.
    static func body(_ fields: [APIOperation.Field]) -> JSONNode {
        .object(fields.map { ($0.name, value(of: $0)) })
    }

    private static func value(of field: APIOperation.Field) -> JSONNode {
        switch field.kind {
        case .email: "ada@example.org"
        case .username: "ada"
        case .password: "correct horse battery"
        case .newPassword: "a better horse battery"
        case .website: "https://ada.example.org"
        case .number: 2_400_000
        case .boolean: false
        case .choice(let choices): .text(choices.first ?? "")
        case .id: "251740071191191775"
        case .ids: ["251740071191191773"]
        case .scopes: ["read"]
        case .media: [["id": "251740071191191773", "altText": "A lake between mountains"]]
        case .file: "the bytes of the photo"
        case .files: ["the bytes of the photo"]
        case .altTexts: ["A lake between mountains"]
        case .text, .line, .prose: texts[field.name] ?? "Text"
        }
    }

    private static let texts: [String: JSONNode] = [
        "fullName": "Ada Lovelace", "login": "ada", "invite": "isnt_inv_3fKq", "bio": "Numbers and lakes",
        "pronouns": "she/her", "name": "Backup script", "caption": "Morning at the #lake",
        "location": "Lake Como", "altText": "A lake between mountains", "text": "What a light!",
    ]

    // MARK: - Responses

    /// The example of the response with this schema.
    static func response(_ schema: String) -> JSONNode { responses[schema] ?? [:] }

    static let event = "event: notifications\ndata: {\"unreadCount\": 3}\n\n"

    static func problem(_ type: ProblemType) -> JSONNode {
        let node: JSONNode = [
            "type": .text(type.uri), "title": .text(type.title), "status": .number(type.status.code),
            "detail": .text(type == .invalidFields ? tooLong : type.remedy),
            "requestId": "5f1c9b7ad04e6f3b",
        ]
        if type == .secondFactorRequired {
            return node.adding([("ticket", "u1Tq9bWm4Rk"), ("methods", ["totp", "recovery-code"])])
        }
        guard type == .invalidFields else { return node }
        return node.adding([("errors", [["field": "caption", "message": .text(tooLong)]])])
    }

    private static let tooLong = "A caption must have at most 2200 characters; you entered 2201."

    private static let responses: [String: JSONNode] = [
        "User": .object(user + [("relationship", relationship)]),
        "OwnUser": .object(user + [("email", "ada@example.org")]),
        "SignedIn": [
            "user": .object(user + [("relationship", relationship)]), "token": "isnt_Zk3v0mC9WbXq",
            "expiresAt": "2027-03-01T08:30:00Z",
        ],
        "CredentialList": page([
            [
                "id": "kq3Jx0", "name": "Firefox on Linux", "scopes": ["read", "write"], "isCurrent": true,
                "createdAt": .text(time), "usedAt": .text(time), "expiresAt": "2027-03-01T08:30:00Z",
            ]
        ]),
        "NewToken": [
            "token": "isnt_Zk3v0mC9WbXq", "scopes": ["read"], "expiresAt": "2027-03-01T08:30:00Z",
        ],
        "Security": [
            "twoStepSince": .text(time), "recoveryCodesLeft": 10,
            "trustedBrowsers": [
                [
                    "id": "kq3Jx0", "name": "Firefox on Linux", "createdAt": .text(time),
                    "expiresAt": "2026-03-31T08:30:00Z",
                ]
            ],
        ],
        "AuthenticatorSetup": [
            "secret": "JBSWY3DPEHPK3PXP",
            "uri": "otpauth://totp/Isntgram:ada?secret=JBSWY3DPEHPK3PXP&issuer=Isntgram",
        ],
        "RecoveryCodes": ["recoveryCodes": ["MFRG-GZDF-MZTW-Q2LK", "NNWG-22DM-NZXW-G4DR"]],
        "Media": media, "Post": post, "Comment": comment,
        "Upload": [
            "mediaId": "251740071191191773", "url": "https://photos.example.org/api/uploads/9f2c4b",
            "method": "POST", "headers": [:], "fields": ["key": "incoming/9f2c4b"],
            "expiresAt": .text(time),
        ],
        "PostList": page([post], next: "explore-251740071191191772"),
        "UserSummaryList": page([summary]), "CommentList": page([comment]), "SearchList": page([summary]),
        "NotificationList": page([
            [
                "id": "251740071191191780", "kind": "like", "actors": [summary], "actorsCount": 1,
                "postId": "251740071191191772", "commentId": .null, "commentText": .null, "isUnread": true,
                "createdAt": .text(time),
            ]
        ]),
    ]

    private static let time = "2026-03-01T08:30:00Z"

    private static func page(_ items: [JSONNode], next: JSONNode = .null) -> JSONNode {
        ["items": .array(items), "nextCursor": next]
    }

    private static let identity: [(String, JSONNode)] = [
        ("id", "251740071191191770"), ("username", "ada"), ("fullName", "Ada Lovelace"),
        ("profilePictureUrl", .null),
    ]
    private static let summary = JSONNode.object(identity)
    private static let user: [(String, JSONNode)] =
        identity + [
            ("bio", "Numbers and lakes"), ("website", "https://ada.example.org"), ("pronouns", "she/her"),
            ("isPrivate", false), ("postsCount", 12), ("followerCount", 40), ("followingCount", 31),
            ("createdAt", .text(time)),
        ]
    private static let relationship: JSONNode = [
        "following": true, "requested": false, "followedBy": false, "requestedBy": false, "blocking": false,
        "muting": false,
    ]
    private static let media: JSONNode = [
        "id": "251740071191191773", "url": "https://photos.example.org/media/4f/4f1d2a/1440.jpg",
        "width": 4000, "height": 3000, "altText": "A lake between mountains",
        "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        "renditions": [
            [
                "url": "https://photos.example.org/media/4f/4f1d2a/1440.jpg", "width": 1440, "height": 1080,
            ]
        ],
    ]
    private static let post: JSONNode = [
        "id": "251740071191191772", "code": "N-k5qeWFac", "url": "https://photos.example.org/p/N-k5qeWFac",
        "authorId": "251740071191191770", "author": summary, "caption": "Morning at the #lake",
        "location": "Lake Como", "imageUrl": "https://photos.example.org/media/4f/4f1d2a/1440.jpg",
        "media": [media], "likesCount": 5, "commentsCount": 1, "likedByMe": true, "savedByMe": false,
        "createdAt": .text(time), "updatedAt": .text(time),
    ]
    private static let comment: JSONNode = [
        "id": "251740071191191775", "postId": "251740071191191772", "authorId": "251740071191191770",
        "author": summary, "text": "What a light!", "replyToId": .null, "likesCount": 0, "likedByMe": false,
        "createdAt": .text(time),
    ]
}
