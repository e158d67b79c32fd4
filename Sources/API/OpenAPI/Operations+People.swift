import HTTPTypes
import Web

/// Profiles, follows, blocks and mutes.
extension Operations {
    static let people = OperationGroup(
        "People", "Look at profiles; follow, block and mute people.",
        [
            .init(
                .get, "/users/{username}", "getUser", "Get an account and your relationship with it.", .ok,
                "User"),
            .init(
                .get, "/users/{username}/posts", "listUserPosts", "List a user’s posts, newest first.",
                paged: .profile, .ok, "PostList"),
            .init(
                .get, "/users/{username}/followers", "listFollowers", "List a user’s followers.",
                paged: .followers, .ok, "UserSummaryList"),
            .init(
                .get, "/users/{username}/following", "listFollowing", "List the people whom a user follows.",
                paged: .following, .ok, "UserSummaryList"),
            .init(
                .post, "/users/{username}/follow", "followUser",
                "Follow a user, or ask to follow if the account is private. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .delete, "/users/{username}/follow", "unfollowUser",
                "Unfollow a user, or withdraw your request. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .delete, "/users/{username}/follower", "removeFollower",
                "Remove a user from your followers. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .get, "/follow-requests", "listFollowRequests", "List the people who ask to follow you.",
                paged: .requests, .ok, "UserSummaryList"),
            .init(
                .post, "/follow-requests/{username}/accept", "acceptFollowRequest",
                "Accept a follow request.",
                .noContent, errors: [.unprocessableContent]),
            .init(
                .post, "/follow-requests/{username}/reject", "rejectFollowRequest",
                "Reject a follow request.",
                .noContent, errors: [.unprocessableContent]),
            .init(
                .post, "/users/{username}/block", "blockUser",
                "Block a user: neither of you sees the other any more. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .delete, "/users/{username}/block", "unblockUser", "Unblock a user. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .post, "/users/{username}/mute", "muteUser",
                """
                Mute a user: you no longer see their posts in your feed or their actions in your \
                notifications.
                """,
                .noContent, errors: [.unprocessableContent]),
            .init(
                .delete, "/users/{username}/mute", "unmuteUser", "Unmute a user. Idempotent.", .noContent,
                errors: [.unprocessableContent]),
            .init(
                .get, "/blocks", "listBlockedUsers", "List the people whom you block.", paged: .blocks, .ok,
                "UserSummaryList"),
            .init(
                .get, "/mutes", "listMutedUsers", "List the people whom you mute.", paged: .mutes, .ok,
                "UserSummaryList"),
        ])
}
