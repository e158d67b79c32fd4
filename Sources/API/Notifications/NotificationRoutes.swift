import Core
import Hummingbird
import Web

/// Routes for notifications: list them, mark them as read, and receive events.
struct NotificationRoutes {
    let community: Community
    let site: Site
    private let streams = EventStreams()

    init(community: Community, site: Site) {
        self.community = community
        self.site = site
    }

    var routes: [Route] {
        [
            .get("notifications", .member, use: list),
            .post("notifications/read", .member, use: markRead),
            .get("events", .member, use: events),
        ]
    }

    private struct NotificationBody: JSONWritable {
        let notification: NotificationGroup
        let site: Site

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("id", String(notification.id))
                json.field("kind", notification.kind.rawValue)
                json.field("actors", notification.actors.map { SummaryBody(account: $0, site: site) })
                json.field("actorsCount", notification.count)
                json.field("postId", orNull: notification.post?.description)
                json.field("commentId", orNull: notification.comment?.description)
                json.field("commentText", orNull: notification.commentText)
                json.field("isUnread", notification.isUnread)
                json.field("createdAt", Timestamp(notification.createdAt).rfc3339)
            }
        }
    }

    @Sendable func list(_ request: Request, _ context: MemberContext) async throws -> Response {
        let page = try await community.notifications.all(
            for: context.member, page: try request.page(of: .notifications))
        return page.response(to: request, at: site, as: .notifications) {
            NotificationBody(notification: $0, site: site)
        }
    }

    @Sendable func markRead(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.notifications.markRead(by: context.member)
        return .noContent
    }

    @Sendable func events(_ request: Request, _ context: MemberContext) async throws -> Response {
        streams.open(of: community, for: context)
    }
}
