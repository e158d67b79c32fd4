import HTTPTypes
import Web

/// Every operation of the API. A test compares the list with the routes of the live router, and every answer in the tests
/// with what stands here.
package enum Operations {
    package static let all: [APIOperation] =
        signingIn + account + credentials + people + posts + comments + discovery + notifications + description

    private static let signingIn: [APIOperation] = [
        op(
            .post, "/auth/register", "Signing in", "Register, and get a token.", .anyone,
            json: [
                .init("email", .text, "An address like name@example.org; one account each."),
                .init("fullName", .text, "At most 64 characters."),
                .init("username", .text, "1–30 of a–z 0–9 . _"),
                .init("password", .password, "10–256 characters, none of the most common."),
                .init("invite", .text, isRequired: false, "Where registration is by invitation."),
            ], .created, "SignedIn", errors: [.forbidden, .conflict]),
        op(
            .post, "/auth/login", "Signing in", "Sign in by email or username, and get a token.", .anyone,
            json: [
                .init("login", .text, "Email or username."), .init("password", .password, "The account’s password."),
            ], .ok, "SignedIn", errors: [.unauthorized]),
        op(.post, "/auth/logout", "Signing in", "End the token that this is asked with.", .member, .noContent),
    ]

    private static let account: [APIOperation] = [
        op(.get, "/me", "Your account", "Your account, with its email.", .member, .ok, "OwnUser"),
        op(
            .delete, "/me", "Your account", "Delete your account with all you posted, for good.", .member,
            json: [.init("password", .password, "Your password.")], .noContent),
        op(.get, "/me/export", "Your account", "Everything you made, as a ZIP file.", .member, .ok, "ZIP"),
        op(
            .put, "/me/username", "Your account", "Change your username.", .member,
            json: [.init("username", .text, "1–30 of a–z 0–9 . _")], .ok, "OwnUser", errors: [.conflict]),
        op(
            .put, "/me/email", "Your account", "Change your email; ends other sessions and tokens.", .member,
            json: [.init("email", .text, "The new address."), .init("password", .password, "Your password.")], .ok, "OwnUser",
            errors: [.conflict]),
        op(
            .put, "/me/password", "Your account", "Change your password; ends other sessions and tokens.", .member,
            json: [
                .init("currentPassword", .password, "Your password."), .init("newPassword", .password, "10–256 characters."),
            ], .noContent),
        op(
            .put, "/profile", "Your account", "Change what you say of yourself; what is left out stays.", .member,
            json: [
                .init("fullName", .text, isRequired: false, "At most 64 characters."),
                .init("bio", .text, isRequired: false, "At most 150 characters."),
                .init("website", .text, isRequired: false, "An http or https address of at most 200 characters."),
                .init("pronouns", .text, isRequired: false, "At most 30 characters."),
                .init("isPrivate", .truth, isRequired: false, "Whether you approve your followers."),
            ], .ok, "OwnUser"),
        op(
            .put, "/profile/picture", "Your account", "Set your picture; it is cut square.", .member,
            form: [.init("image", .file, "A photo of at most 25 MB.")], .ok, "OwnUser"),
        op(.delete, "/profile/picture", "Your account", "Take your picture away.", .member, .noContent),
    ]

    private static let credentials: [APIOperation] = [
        op(.get, "/me/sessions", "Sessions and tokens", "Browsers signed in as you.", .member, .ok, "CredentialList"),
        op(.delete, "/me/sessions/{id}", "Sessions and tokens", "End a session.", .member, .noContent),
        op(.get, "/me/tokens", "Sessions and tokens", "Your tokens, without their secrets.", .member, .ok, "CredentialList"),
        op(
            .post, "/me/tokens", "Sessions and tokens", "Make a token; its secret is shown this once.", .member,
            json: [.init("name", .text, "What it is for."), .init("scopes", .texts, "read, write, or both.")], .created,
            "NewToken"),
        op(.delete, "/me/tokens/{id}", "Sessions and tokens", "End a token.", .member, .noContent),
    ]

    private static let people: [APIOperation] = [
        op(.get, "/users/{username}", "People", "Somebody’s account, and how you stand to each other.", .anyone, .ok, "User"),
        op(.get, "/users/{username}/posts", "People", "Their posts, newest first.", .anyone, paged: true, .ok, "PostList"),
        op(.get, "/users/{username}/followers", "People", "Who follows them.", .anyone, paged: true, .ok, "SummaryList"),
        op(.get, "/users/{username}/following", "People", "Whom they follow.", .anyone, paged: true, .ok, "SummaryList"),
        op(
            .post, "/users/{username}/follow", "People", "Follow, or ask to where the account is private. Idempotent.", .member,
            .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/follow", "People", "Stop following, or asking to. Idempotent.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/follower", "People", "Have them follow you no more. Idempotent.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(.get, "/follow-requests", "People", "Who asks to follow you.", .member, paged: true, .ok, "SummaryList"),
        op(
            .post, "/follow-requests/{username}/accept", "People", "Let them follow you.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/follow-requests/{username}/reject", "People", "Turn them down.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/users/{username}/block", "People", "Make the two of you invisible to each other. Idempotent.", .member,
            .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/block", "People", "Take a block back. Idempotent.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(
            .post, "/users/{username}/mute", "People", "Keep their posts out of your feed and their doings out of your news.",
            .member, .noContent, errors: [.unprocessableContent]),
        op(
            .delete, "/users/{username}/mute", "People", "Take a mute back. Idempotent.", .member, .noContent,
            errors: [.unprocessableContent]),
        op(.get, "/blocks", "People", "Whom you block.", .member, paged: true, .ok, "SummaryList"),
        op(.get, "/mutes", "People", "Whom you mute.", .member, paged: true, .ok, "SummaryList"),
    ]

    private static let draftForm: [APIOperation.Field] = [
        .init("image", .files, "1–10 photos: JPEG, PNG, WebP, GIF, HEIC or AVIF, at most 25 MB each."),
        .init("caption", .text, isRequired: false, "At most 2,200 characters."),
        .init("altText", .texts, isRequired: false, "A text for each photo, in their order."),
        .init("location", .text, isRequired: false, "At most 100 characters."),
    ]

    private static let posts: [APIOperation] = [
        op(
            .get, "/posts", "Posts", "The home feed: posts of whom you follow and your own.", .member, paged: true, .ok,
            "PostList"),
        op(
            .post, "/posts", "Posts", "Post photos, added before or sent with this.", .member,
            json: [
                .init("mediaIds", .texts, "1–10 photos of yours that wait."),
                .init("caption", .text, isRequired: false, "At most 2,200 characters."),
                .init("location", .text, isRequired: false, "At most 100 characters."),
            ], form: draftForm, .created, "Post"),
        op(
            .post, "/media", "Posts", "Add a photo, to be posted later; it waits for a day.", .member,
            form: [
                .init("file", .file, "The photo, at most 25 MB."),
                .init("altText", .text, isRequired: false, "What it shows, at most 1,000 characters."),
            ], .created, "Media"),
        op(.delete, "/media/{id}", "Posts", "Take back a photo of yours that is not posted yet.", .member, .noContent),
        op(
            .post, "/uploads/presigned-url", "Posts",
            "Ask for an address to bring a photo to, for five minutes. Its `mediaId` is posted like any other.", .member,
            json: [
                .init(
                    "contentType", .text, "image/jpeg, image/png, image/webp, image/gif, image/heic, image/heif or image/avif."),
                .init("byteCount", .number, "Its bytes, 25,000,000 at most."),
                .init("altText", .text, isRequired: false, "What it shows, at most 1,000 characters."),
            ], .created, "Upload"),
        op(
            .post, "/uploads/{upload}", "Posts",
            "Bring a photo to the address that was given for it, where that is on this site. The address is the permission.",
            .anyone, form: [.init("file", .file, "The photo.")], .noContent),
        op(.get, "/posts/{id}", "Posts", "One post.", .anyone, .ok, "Post"),
        op(
            .patch, "/posts/{id}", "Posts", "Change a post of yours; what is left out stays.", .member,
            json: [
                .init("caption", .text, isRequired: false, "At most 2,200 characters."),
                .init("location", .text, isRequired: false, "At most 100 characters."),
                .init("media", .media, isRequired: false, "New texts of its photos."),
            ], .ok, "Post"),
        op(.delete, "/posts/{id}", "Posts", "Delete a post of yours with its files.", .member, .noContent),
        op(.get, "/posts/{id}/likes", "Posts", "Who liked it, newest first.", .anyone, paged: true, .ok, "SummaryList"),
        op(.post, "/posts/{id}/like", "Posts", "Like it. Idempotent.", .member, .noContent),
        op(.delete, "/posts/{id}/like", "Posts", "Take a like back. Idempotent.", .member, .noContent),
        op(.post, "/posts/{id}/save", "Posts", "Save it for yourself. Idempotent.", .member, .noContent),
        op(.delete, "/posts/{id}/save", "Posts", "Save it no more. Idempotent.", .member, .noContent),
        op(.get, "/saved", "Posts", "What you saved, the last first.", .member, paged: true, .ok, "PostList"),
    ]

    private static let comments: [APIOperation] = [
        op(.get, "/posts/{id}/comments", "Comments", "Comments, oldest first.", .anyone, paged: true, .ok, "CommentList"),
        op(
            .post, "/posts/{id}/comments", "Comments", "Comment, or answer a comment.", .member,
            json: [
                .init("text", .text, "At most 2,200 characters."),
                .init("replyToId", .id, isRequired: false, "The comment to answer."),
            ], .created, "Comment"),
        op(
            .delete, "/comments/{id}", "Comments", "Delete a comment of yours, or under your post; answers go with it.", .member,
            .noContent),
        op(.post, "/comments/{id}/like", "Comments", "Like a comment. Idempotent.", .member, .noContent),
        op(.delete, "/comments/{id}/like", "Comments", "Take a like back. Idempotent.", .member, .noContent),
    ]

    private static let discovery: [APIOperation] = [
        op(.get, "/explore", "Discovery", "Recent posts of everybody public.", .anyone, paged: true, .ok, "PostList"),
        op(.get, "/tags/{tag}/posts", "Discovery", "Posts with a tag, newest first.", .anyone, paged: true, .ok, "PostList"),
        op(
            .get, "/search", "Discovery", "Find people, tags or posts.", .anyone,
            query: [
                .init(name: "q", isInPath: false, meaning: "Words; for posts also from:username and #tag."),
                .init(name: "type", isInPath: false, meaning: "users (left out: this), tags or posts."),
            ], paged: true, .ok, "SearchList"),
        op(.get, "/suggestions", "Discovery", "People to follow.", .member, paged: true, .ok, "SummaryList"),
    ]

    private static let notifications: [APIOperation] = [
        op(.get, "/notifications", "News", "Your news, grouped, newest first.", .member, paged: true, .ok, "NotificationList"),
        op(.post, "/notifications/read", "News", "Mark all news as read.", .member, .noContent),
        op(
            .get, "/events", "News",
            "Server-sent events: `notifications` with `unreadCount`, whenever it changes. Ends with the credential.", .member,
            .ok,
            "Events"),
    ]

    private static let description: [APIOperation] = [
        op(.get, "/openapi.json", "Description", "This description (OpenAPI 3.1).", .anyone, .ok, "OpenAPI")
    ]

    /// An operation with the errors that follow from what it takes.
    private static func op(
        _ method: HTTPRequest.Method, _ path: String, _ subject: String, _ summary: String, _ access: APIOperation.Access,
        query: [APIOperation.Parameter] = [], paged: Bool = false, json: [APIOperation.Field] = [],
        form: [APIOperation.Field] = [], _ status: HTTPResponse.Status, _ answer: String? = nil,
        errors more: [HTTPResponse.Status] = []
    ) -> APIOperation {
        let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        var parameters = names.map { APIOperation.Parameter(name: $0, isInPath: true, meaning: meaning(of: $0)) } + query
        if paged {
            parameters += [
                .init(name: "cursor", isInPath: false, meaning: "nextCursor of the page before."),
                .init(name: "limit", isInPath: false, meaning: "1–100; 20 if left out."),
            ]
        }
        // A token is looked at wherever it comes with a request.
        var errors: [HTTPResponse.Status] = [.badRequest, .unauthorized, .forbidden, .tooManyRequests, .serviceUnavailable]
        if !names.isEmpty { errors.append(.notFound) }
        if !json.isEmpty || !form.isEmpty { errors += [.contentTooLarge, .unsupportedMediaType, .unprocessableContent] }
        errors += more.filter { !errors.contains($0) }
        return APIOperation(
            method: method, path: path, subject: subject, summary: summary, access: access, parameters: parameters, json: json,
            form: form, status: status, answer: answer, errors: errors.sorted { $0.code < $1.code })
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
