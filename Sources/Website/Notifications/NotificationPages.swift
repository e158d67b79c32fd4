import Core
import HTML
import Hummingbird
import Web

/// The list of notifications, with follow requests above it.
struct NotificationPages {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("notifications", .memberOrSignIn, use: list),
            .post("notifications/requests", .member, use: respondToRequest),
        ]
    }

    /// Shows the notifications, and marks them as read.
    @Sendable func list(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let pageRequest = try request.page()
        let page = try await community.notifications.all(for: viewer, page: pageRequest)
        let requests =
            pageRequest.isFirst ? try await community.follows.requests(to: viewer, page: .first).items : []
        if context.web.unreadCount > 0 { try await community.notifications.markRead(by: viewer) }
        var readContext = context.web
        readContext.unreadCount = 0
        let pageContext = PageContext(readContext, cookies: cookies)
        // Follow requests have a section of their own, with buttons.
        let items = page.items.filter { $0.kind != .request }.map { item($0, pageContext) }
        let list: HTML =
            items.isEmpty && requests.isEmpty
            ? """
            <p class="empty">No notifications yet. Likes, comments and new followers will appear here.</p>
            """
            : #"<ul class="people news">\#(items)</ul>"#
        return pageContext.page(
            "Notifications",
            """
            <div class="narrow"><h1>Notifications</h1>\
            \(when: !requests.isEmpty, requestList(requests, pageContext))
            \(list)\(nextPageLink("/notifications", page.nextCursor))</div>
            """)
    }

    @Sendable func respondToRequest(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        if form["answer"] == "accept" {
            try await community.follows.accept(form["username"], by: viewer)
        } else {
            try await community.follows.reject(form["username"], by: viewer)
        }
        return .seeOther("/notifications")
    }

    private func requestList(_ accounts: [AccountSummary], _ pageContext: PageContext) -> HTML {
        let list = pageContext.people(accounts, empty: "") { account in
            let buttons = [("accept", "Accept", "button"), ("reject", "Decline", "quiet")].map {
                answer, label, style in
                buttonForm(
                    pageContext, action: "/notifications/requests", label: label, style: style,
                    hidden: [("username", account.username), ("answer", answer)])
            }
            return "\(buttons)"
        }
        return """
            <section aria-labelledby="requests"><h2 id="requests">Follow requests</h2>\(list)</section>
            """
    }

    private func item(_ group: NotificationGroup, _ pageContext: PageContext) -> HTML {
        let thumbnail: HTML? = group.photo.map { photo in
            """
            <img class="thumb" src="\(url: pageContext.site.media(photo.thumbnailKey))" \
            width="320" height="320" alt="" loading="lazy">
            """
        }
        return """
            <li\(when: group.isUnread, #" class="unread""#)>\
            \(group.actors.first.map { pageContext.avatar($0) })\
            <p>\(actorNames(group)) <a href="\(url: path(of: group))">\(text(of: group))</a> \
            \(timeElement(group.createdAt, style: "time"))</p>\(thumbnail)</li>
            """
    }

    /// Returns “anna”, “anna and ben”, or “anna, ben and 3 others”.
    private func actorNames(_ group: NotificationGroup) -> HTML {
        let links = group.actors.prefix(2).map { profileLink($0.username) }
        let others = group.count - links.count
        switch (links.count, others) {
        case (1, 0): return links[0]
        case (2, 0): return "\(links[0]) and \(links[1])"
        case (2, _): return "\(links[0]), \(links[1]) and \(pluralized(others, "other", "others"))"
        default: return "\(links)"
        }
    }

    /// The path that a notification leads to: the post or comment, or else the profile of the first person.
    private func path(of group: NotificationGroup) -> String {
        if let post = group.post {
            return Site.post(post) + (group.comment.map { "#comment-\($0)" } ?? "")
        }
        return group.actors.first.map { Site.profile($0.username) } ?? "/"
    }

    private func text(of group: NotificationGroup) -> HTML {
        let comment = writtenExcerpt((group.commentText ?? "").prefix(80))
        return switch group.kind {
        case .like: "liked your post"
        case .commentLike: "liked your comment: \(comment)"
        case .comment: "commented: \(comment)"
        case .reply: "replied: \(comment)"
        case .mention:
            group.comment == nil ? "mentioned you in a post" : "mentioned you in a comment: \(comment)"
        case .follow: "started following you"
        case .request: "requested to follow you"
        case .accepted: "accepted your follow request"
        }
    }
}
