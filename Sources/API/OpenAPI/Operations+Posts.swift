import Core
import HTTPTypes
import Web

/// Posts, photos and comments.
extension Operations {
    private static let caption = APIOperation.Field(
        "caption", .prose(0...2200), isRequired: false, "At most 2,200 characters.")
    private static let location = APIOperation.Field(
        "location", .line(0...100), isRequired: false, "At most 100 characters.")
    private static let altText = APIOperation.Field(
        "altText", .prose(0...1000), isRequired: false, "What the photo shows, in at most 1,000 characters.")

    static let posts = OperationGroup(
        "Posts", "Read the home feed; create, change, like and save posts.",
        [
            .init(
                .get, "/posts", "listHomeFeed",
                "List your home feed: your posts and those of people you follow.",
                paged: .home, .ok, "PostList"),
            .init(
                .post, "/posts", "createPost", "Post photos: uploaded earlier, or sent with this request.",
                json: [
                    .init("mediaIds", .ids(1...10), "1–10 photos that you have uploaded but not posted."),
                    caption, location,
                ],
                form: [
                    .init(
                        "image", .files(1...10),
                        "1–10 photos: JPEG, PNG, WebP, GIF, HEIC or AVIF, at most 25 MB each."),
                    caption,
                    .init(
                        "altText", .altTexts, isRequired: false,
                        "A description of each photo, in the same order."),
                    location,
                ], .created, "Post", takesKey: true),
            .init(.get, "/posts/{id}", "getPost", "Get a post.", .ok, "Post"),
            .init(
                .patch, "/posts/{id}", "updatePost",
                "Update a post of yours. Fields that are left out stay unchanged.",
                json: [
                    caption, location,
                    .init("media", .media, isRequired: false, "New descriptions of its photos."),
                ], .ok, "Post"),
            .init(.delete, "/posts/{id}", "deletePost", "Delete a post of yours and its photos.", .noContent),
            .init(
                .get, "/posts/{id}/likes", "listPostLikes", "List the people who like a post, newest first.",
                paged: .likes, .ok, "UserSummaryList"),
            .init(.post, "/posts/{id}/like", "likePost", "Like a post. Idempotent.", .noContent),
            .init(.delete, "/posts/{id}/like", "unlikePost", "Unlike a post. Idempotent.", .noContent),
            .init(
                .post, "/posts/{id}/save", "savePost", "Save a post. Only you see what you save. Idempotent.",
                .noContent),
            .init(
                .delete, "/posts/{id}/save", "unsavePost", "Remove a post from your saved posts. Idempotent.",
                .noContent),
            .init(
                .get, "/saved", "listSavedPosts", "List your saved posts, most recently saved first.",
                paged: .saved, .ok, "PostList"),
        ])

    static let photos = OperationGroup(
        "Photos", "Upload photos before you post them.",
        [
            .init(
                .post, "/media", "uploadPhoto",
                "Upload a photo. It is deleted after a day unless you post it.",
                form: [.init("file", .file, "The photo, at most 25 MB."), altText], .created, "Media",
                takesKey: true),
            .init(
                .delete, "/media/{id}", "discardPhoto",
                "Discard a photo that you have uploaded but not posted.",
                .noContent),
            .init(
                .post, "/uploads/presigned-url", "requestUpload",
                "Get a URL for uploading one photo within five minutes. Post its `mediaId` like any other.",
                json: [
                    .init(
                        "contentType", .choice(UploadRequest.contentTypes), isRequired: false,
                        "The photo’s media type, if you know it. Its content decides its format."),
                    .init(
                        "byteCount", .number(1...25_000_000), "The photo’s size in bytes, at most 25,000,000."
                    ),
                    altText,
                ], .created, "Upload", takesKey: true, errors: [.conflict]),
            .init(
                .post, "/uploads/{upload}", "uploadToURL",
                "Upload a photo to the URL from `requestUpload`, if it is on this server. Needs no token.",
                form: [.init("file", .file, "The photo.")], .noContent),
        ])

    static let comments = OperationGroup(
        "Comments", "Read, write, like and delete comments.",
        [
            .init(
                .get, "/posts/{id}/comments", "listComments", "List a post’s comments, oldest first.",
                paged: .comments, .ok, "CommentList"),
            .init(
                .post, "/posts/{id}/comments", "createComment", "Comment on a post, or reply to a comment.",
                json: [
                    .init("text", .prose(1...2200), "At most 2,200 characters."),
                    .init("replyToId", .id, isRequired: false, "The comment that this replies to."),
                ], .created, "Comment", takesKey: true),
            .init(
                .delete, "/comments/{id}", "deleteComment",
                "Delete your own comment or any comment on your post, with its replies.", .noContent),
            .init(.post, "/comments/{id}/like", "likeComment", "Like a comment. Idempotent.", .noContent),
            .init(
                .delete, "/comments/{id}/like", "unlikeComment", "Unlike a comment. Idempotent.", .noContent),
        ])
}
