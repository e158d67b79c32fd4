import HTTPTypes
import Web

/// Recent posts, search, suggestions and notifications.
extension Operations {
    static let discovery = OperationGroup(
        "Discovery", "Find posts, people and tags.",
        [
            .init(
                .get, "/explore", "listRecentPosts", "List the recent posts of all public accounts.",
                paged: .explore, .ok, "PostList"),
            .init(
                .get, "/tags/{tag}/posts", "listTagPosts", "List the posts with a tag, newest first.",
                paged: .tag,
                .ok, "PostList"),
            .init(
                .get, "/search", "search", "Search for people, tags or posts.",
                query: [
                    .init(
                        name: "q", in: .query, isRequired: true,
                        description: """
                            Words or emoji to search for; for posts also `from:username` and `#tag`. In \
                            scripts without spaces between words, any part of a text is found.
                            """),
                    .init(
                        name: "type", in: .query,
                        description: "What to search for: `users` (the default), `tags` or `posts`."),
                ], paged: .search, .ok, "SearchList"),
            .init(
                .get, "/suggestions", "listSuggestedUsers", "List people whom you might follow.",
                query: [limit],
                .ok, "UserSummaryList"),
        ])

    static let notifications = OperationGroup(
        "Notifications", "Read notifications, and hear of new ones as they happen.",
        [
            .init(
                .get, "/notifications", "listNotifications",
                "List your notifications, grouped, newest first.",
                paged: .notifications, .ok, "NotificationList"),
            .init(
                .post, "/notifications/read", "markNotificationsRead", "Mark all notifications as read.",
                .noContent),
            .init(
                .get, "/events", "streamEvents",
                "Receive server-sent events: `notifications` with `unreadCount` whenever it changes.", .ok,
                "Events"),
        ])
}
