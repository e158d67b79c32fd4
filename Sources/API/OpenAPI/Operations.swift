import HTTPTypes
import Hummingbird
import Web

/// What the operations of the API do, take and answer. What they need (who may come, scope, limits) is for the
/// route to say. A test compares the list with the routes, and every answer in the tests with what stands here.
package enum Operations {
    /// The operations that these routes are, as far as they are described.
    package static func described(by routes: [Route]) -> [APIOperation] {
        let known = Dictionary(routes.map { (key($0.method, $0.path.description), $0) }) { first, _ in first }
        return all.compactMap { description in
            known[key(description.method, "/api" + description.path)].map {
                APIOperation(description, of: $0)
            }
        }
    }

    private static func key(_ method: HTTPRequest.Method, _ path: String) -> String {
        "\(method.rawValue) \(path)"
    }

    private static let all: [OperationDescription] =
        signingIn + account + credentials + people + posts + comments + discovery + notifications
        + description

    private static let signingIn: [OperationDescription] = [
        op(
            .post, "/auth/register", "Signing in", "Register, and get a token.",
            json: [
                .init("email", .email, "An address like name@example.org; one account each."),
                .init("fullName", .line(0...64), "At most 64 characters; may be empty."),
                .init("username", .username, "1–30 of a–z 0–9 . _, none that the site uses itself."),
                .init(
                    "password", .newPassword,
                    "10–256 code points, none of the most common, not your username or email."),
                .init("invite", .text, isRequired: false, "Where registration is by invitation."),
            ], .created, "SignedIn", errors: [.forbidden, .conflict]),
        op(
            .post, "/auth/login", "Signing in", "Sign in by email or username, and get a token.",
            json: [
                .init("login", .text, "Email or username."),
                .init("password", .password, "The account’s password."),
            ], .ok, "SignedIn", errors: [.unauthorized]),
        op(.post, "/auth/logout", "Signing in", "End the token that this is asked with.", .noContent),
    ]

    private static let account: [OperationDescription] = [
        op(.get, "/me", "Your account", "Your account, with its email.", .ok, "OwnUser"),
        op(
            .delete, "/me", "Your account", "Delete your account with all you posted, for good.",
            json: [.init("password", .password, "Your password.")], .noContent),
        op(.get, "/me/export", "Your account", "Everything you made, as a ZIP file.", .ok, "ZIP"),
        op(
            .put, "/me/username", "Your account", "Change your username.",
            json: [.init("username", .username, "1–30 of a–z 0–9 . _, none that the site uses itself.")], .ok,
            "OwnUser",
            errors: [.conflict]),
        op(
            .put, "/me/email", "Your account", "Change your email; ends other sessions and tokens.",
            json: [
                .init("email", .email, "The new address."), .init("password", .password, "Your password."),
            ], .ok, "OwnUser",
            errors: [.conflict]),
        op(
            .put, "/me/password", "Your account", "Change your password; ends other sessions and tokens.",
            json: [
                .init("currentPassword", .password, "Your password."),
                .init("newPassword", .newPassword, "10–256 code points."),
            ], .noContent),
        op(
            .put, "/profile", "Your account", "Change what you say of yourself; what is left out stays.",
            json: [
                .init("fullName", .line(0...64), isRequired: false, "At most 64 characters."),
                .init("bio", .prose(0...150), isRequired: false, "At most 150 characters."),
                .init(
                    "website", .website, isRequired: false,
                    "An http or https address of at most 200 characters."),
                .init("pronouns", .line(0...30), isRequired: false, "At most 30 characters."),
                .init("isPrivate", .truth, isRequired: false, "Whether you approve your followers."),
            ], .ok, "OwnUser"),
        op(
            .put, "/profile/picture", "Your account", "Set your picture; it is cut square.",
            form: [.init("image", .file, "A photo of at most 25 MB.")], .ok, "OwnUser"),
        op(.delete, "/profile/picture", "Your account", "Take your picture away.", .noContent),
    ]

    private static let credentials: [OperationDescription] = [
        op(.get, "/me/sessions", "Sessions and tokens", "Browsers signed in as you.", .ok, "CredentialList"),
        op(.delete, "/me/sessions/{id}", "Sessions and tokens", "End a session.", .noContent),
        op(
            .get, "/me/tokens", "Sessions and tokens", "Your tokens, without their secrets.", .ok,
            "CredentialList"),
        op(
            .post, "/me/tokens", "Sessions and tokens", "Make a token; its secret is shown this once.",
            json: [
                .init("name", .line(1...100), "What it is for."),
                .init("scopes", .scopes, "read, write, or both."),
            ], .created, "NewToken"),
        op(.delete, "/me/tokens/{id}", "Sessions and tokens", "End a token.", .noContent),
    ]

    private static let people: [OperationDescription] = [
        op(
            .get, "/users/{username}", "People", "Somebody’s account, and how you stand to each other.", .ok,
            "User"),
        op(
            .get, "/users/{username}/posts", "People", "Their posts, newest first.", paged: .profile, .ok,
            "PostList"),
        op(
            .get, "/users/{username}/followers", "People", "Who follows them.", paged: .followers, .ok,
            "SummaryList"),
        op(
            .get, "/users/{username}/following", "People", "Whom they follow.", paged: .following, .ok,
            "SummaryList"),
        op(
            .post, "/users/{username}/follow", "People",
            "Follow, or ask to where the account is private. Idempotent.",
            .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/follow", "People", "Stop following, or asking to. Idempotent.",
            .noContent,
            errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/follower", "People", "Have them follow you no more. Idempotent.",
            .noContent,
            errors: [.unprocessableContent]),
        op(
            .get, "/follow-requests", "People", "Who asks to follow you.", paged: .requests, .ok,
            "SummaryList"),
        op(
            .post, "/follow-requests/{username}/accept", "People", "Let them follow you.", .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/follow-requests/{username}/reject", "People", "Turn them down.", .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/users/{username}/block", "People",
            "Make the two of you invisible to each other. Idempotent.",
            .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/block", "People", "Take a block back. Idempotent.", .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/users/{username}/mute", "People",
            "Keep their posts out of your feed and their doings out of your news.",
            .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/mute", "People", "Take a mute back. Idempotent.", .noContent,
            errors: [.unprocessableContent]),
        op(.get, "/blocks", "People", "Whom you block.", paged: .blocks, .ok, "SummaryList"),
        op(.get, "/mutes", "People", "Whom you mute.", paged: .mutes, .ok, "SummaryList"),
    ]

    private static let draftForm: [APIOperation.Field] = [
        .init(
            "image", .files(1...10), "1–10 photos: JPEG, PNG, WebP, GIF, HEIC or AVIF, at most 25 MB each."),
        .init("caption", .prose(0...2200), isRequired: false, "At most 2,200 characters."),
        .init("altText", .altTexts, isRequired: false, "A text for each photo, in their order."),
        .init("location", .line(0...100), isRequired: false, "At most 100 characters."),
    ]

    private static let photoTypes = ["jpeg", "png", "webp", "gif", "heic", "heif", "avif"].map {
        "image/\($0)"
    }

    private static let posts: [OperationDescription] = [
        op(
            .get, "/posts", "Posts", "The home feed: posts of whom you follow and your own.", paged: .home,
            .ok,
            "PostList"),
        op(
            .post, "/posts", "Posts", "Post photos, added before or sent with this.",
            json: [
                .init("mediaIds", .ids(1...10), "1–10 photos of yours that wait."),
                .init("caption", .prose(0...2200), isRequired: false, "At most 2,200 characters."),
                .init("location", .line(0...100), isRequired: false, "At most 100 characters."),
            ], form: draftForm, .created, "Post"),
        op(
            .post, "/media", "Posts", "Add a photo, to be posted later; it waits for a day.",
            form: [
                .init("file", .file, "The photo, at most 25 MB."),
                .init(
                    "altText", .prose(0...1000), isRequired: false, "What it shows, at most 1,000 characters."
                ),
            ], .created, "Media"),
        op(.delete, "/media/{id}", "Posts", "Take back a photo of yours that is not posted yet.", .noContent),
        op(
            .post, "/uploads/presigned-url", "Posts",
            "Ask for an address to bring a photo to, for five minutes. Its `mediaId` is posted like any other.",
            json: [
                .init("contentType", .choice(photoTypes), "What kind of photo it is."),
                .init("byteCount", .number(1...25_000_000), "Its bytes, 25,000,000 at most."),
                .init(
                    "altText", .prose(0...1000), isRequired: false, "What it shows, at most 1,000 characters."
                ),
            ], .created, "Upload"),
        op(
            .post, "/uploads/{upload}", "Posts",
            "Bring a photo to the address that was given for it, where that is on this site. The address is the permission.",
            form: [.init("file", .file, "The photo.")], .noContent),
        op(.get, "/posts/{id}", "Posts", "One post.", .ok, "Post"),
        op(
            .patch, "/posts/{id}", "Posts", "Change a post of yours; what is left out stays.",
            json: [
                .init("caption", .prose(0...2200), isRequired: false, "At most 2,200 characters."),
                .init("location", .line(0...100), isRequired: false, "At most 100 characters."),
                .init("media", .media, isRequired: false, "New texts of its photos."),
            ], .ok, "Post"),
        op(.delete, "/posts/{id}", "Posts", "Delete a post of yours with its files.", .noContent),
        op(
            .get, "/posts/{id}/likes", "Posts", "Who liked it, newest first.", paged: .likes, .ok,
            "SummaryList"),
        op(.post, "/posts/{id}/like", "Posts", "Like it. Idempotent.", .noContent),
        op(.delete, "/posts/{id}/like", "Posts", "Take a like back. Idempotent.", .noContent),
        op(.post, "/posts/{id}/save", "Posts", "Save it for yourself. Idempotent.", .noContent),
        op(.delete, "/posts/{id}/save", "Posts", "Save it no more. Idempotent.", .noContent),
        op(.get, "/saved", "Posts", "What you saved, the last first.", paged: .saved, .ok, "PostList"),
    ]

    private static let comments: [OperationDescription] = [
        op(
            .get, "/posts/{id}/comments", "Comments", "Comments, oldest first.", paged: .comments, .ok,
            "CommentList"),
        op(
            .post, "/posts/{id}/comments", "Comments", "Comment, or answer a comment.",
            json: [
                .init("text", .prose(1...2200), "At most 2,200 characters."),
                .init("replyToId", .id, isRequired: false, "The comment to answer."),
            ], .created, "Comment"),
        op(
            .delete, "/comments/{id}", "Comments",
            "Delete a comment of yours, or under your post; answers go with it.",
            .noContent),
        op(.post, "/comments/{id}/like", "Comments", "Like a comment. Idempotent.", .noContent),
        op(.delete, "/comments/{id}/like", "Comments", "Take a like back. Idempotent.", .noContent),
    ]

    private static let discovery: [OperationDescription] = [
        op(
            .get, "/explore", "Discovery", "Recent posts of everybody public.", paged: .explore, .ok,
            "PostList"),
        op(
            .get, "/tags/{tag}/posts", "Discovery", "Posts with a tag, newest first.", paged: .tag, .ok,
            "PostList"),
        op(
            .get, "/search", "Discovery", "Find people, tags or posts.",
            query: [
                .init(
                    name: "q", isInPath: false, isRequired: true,
                    meaning: "Words; for posts also from:username and #tag."),
                .init(name: "type", isInPath: false, meaning: "users (left out: this), tags or posts."),
            ], paged: .search, .ok, "SearchList"),
        op(.get, "/suggestions", "Discovery", "People to follow.", query: [limit], .ok, "SummaryList"),
    ]

    private static let notifications: [OperationDescription] = [
        op(
            .get, "/notifications", "News", "Your news, grouped, newest first.", paged: .notifications, .ok,
            "NotificationList"),
        op(.post, "/notifications/read", "News", "Mark all news as read.", .noContent),
        op(
            .get, "/events", "News",
            "Server-sent events: `notifications` with `unreadCount`, whenever it changes. Ends with the credential.",
            .ok,
            "Events"),
    ]

    private static let description: [OperationDescription] = [
        op(.get, "/openapi.json", "Description", "This description (OpenAPI 3.1).", .ok, "OpenAPI")
    ]

    fileprivate static let limit = APIOperation.Parameter(
        name: "limit", isInPath: false, meaning: "1–100; 20 if left out.")

    private static func op(
        _ method: HTTPRequest.Method, _ path: String, _ subject: String, _ summary: String,
        query: [APIOperation.Parameter] = [], paged: ListName? = nil, json: [APIOperation.Field] = [],
        form: [APIOperation.Field] = [], _ status: HTTPResponse.Status, _ answer: String? = nil,
        errors: [HTTPResponse.Status] = []
    ) -> OperationDescription {
        OperationDescription(
            method: method, path: path, subject: subject, summary: summary, query: query, list: paged,
            json: json,
            form: form, status: status, answer: answer, errors: errors)
    }
}

/// What an operation's route does not say itself.
private struct OperationDescription {
    let method: HTTPRequest.Method
    /// Below `/api`, with parameters in braces.
    let path: String
    let subject: String
    let summary: String
    let query: [APIOperation.Parameter]
    /// The list that it gives in pages; nil where it gives none.
    let list: ListName?
    let json: [APIOperation.Field]
    let form: [APIOperation.Field]
    let status: HTTPResponse.Status
    let answer: String?
    /// Besides those that follow from what it needs and takes.
    let errors: [HTTPResponse.Status]
}

extension APIOperation {
    /// An operation with the errors that follow from what its route needs and what it takes.
    fileprivate init(_ description: OperationDescription, of route: Route) {
        let names = description.path.split(separator: "/").filter { $0.hasPrefix("{") }
            .map { String($0.dropFirst().dropLast()) }
        // A path that names no such thing is answered with 404; ids have a shape that clients can know.
        let ids = ["posts", "comments", "media"].contains { description.path.hasPrefix("/\($0)/{id}") }
        var parameters = names.map {
            Parameter(
                name: $0, isInPath: true, meaning: Self.meaning(of: $0),
                pattern: $0 == "id" && ids ? TextPatterns.id : nil)
        }
        parameters += description.query
        if let list = description.list {
            parameters += [
                .init(
                    name: "cursor", isInPath: false,
                    meaning: "nextCursor of the page before, of the same list.",
                    pattern: list.cursorPattern), Operations.limit,
            ]
        }
        var errors: Set<HTTPResponse.Status> = [.badRequest, .serviceUnavailable]
        // Where it is asked who comes, a token may be wrong or may lack the scope, and requests are counted.
        if route.audience != .unidentified {
            errors.formUnion([.unauthorized, .forbidden, .tooManyRequests])
        }
        if !names.isEmpty { errors.insert(.notFound) }
        if !description.json.isEmpty || !description.form.isEmpty {
            errors.formUnion([.contentTooLarge, .unsupportedMediaType, .unprocessableContent])
        }
        errors.formUnion(description.errors)
        self.init(
            route: route, path: description.path, subject: description.subject, summary: description.summary,
            parameters: parameters, json: description.json, form: description.form,
            status: description.status,
            answer: description.answer, errors: errors.sorted { $0.code < $1.code })
    }

    private static func meaning(of parameter: String) -> String {
        switch parameter {
        case "username": "A username."
        case "upload": "The last part of the address that was given."
        case "tag": "A tag, without its number sign."
        default: "An id."
        }
    }
}
