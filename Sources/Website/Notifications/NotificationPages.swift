import Core
import HTML
import Hummingbird
import Web

/// News, and who asks to follow.
struct NotificationPages {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("notifications", .memberOrSignIn, use: list),
            .post("notifications/requests", .member, use: answer),
        ]
    }

    /// Shows the news, and counts them as seen from then on.
    @Sendable func list(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let asked = try request.page()
        let page = try await community.notifications.all(for: viewer, page: asked)
        let requests =
            asked.isFirst ? try await community.follows.requests(to: viewer, page: .first).items : []
        if context.web.unreadCount > 0 { try await community.notifications.markRead(by: viewer) }
        var seen = context.web
        seen.unreadCount = 0
        let visit = PageContext(seen, cookies: cookies)
        // Requests stand above, with their buttons.
        let news = page.items.filter { $0.kind != .request }.map { item($0, visit) }
        let list: HTML =
            news.isEmpty && requests.isEmpty
            ? "<p class=\"empty\">Nothing yet. Likes, comments and new followers appear here.</p>"
            : "<ul class=\"people news\">\(news)</ul>"
        return visit.page(
            "Notifications",
            """
            <div class="narrow"><h1>Notifications</h1>\(when: !requests.isEmpty, self.requests(requests, visit))
            \(list)\(nextLink("/notifications", page.nextCursor))</div>
            """)
    }

    @Sendable func answer(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        if form["answer"] == "accept" {
            try await community.follows.accept(form["username"], by: viewer)
        } else {
            try await community.follows.reject(form["username"], by: viewer)
        }
        return .seeOther("/notifications")
    }

    private func requests(_ accounts: [AccountSummary], _ visit: PageContext) -> HTML {
        let list = visit.people(accounts, empty: "") { account in
            let buttons = [("accept", "Accept", "button"), ("reject", "Reject", "quiet")].map {
                answer, label, style in
                buttonForm(
                    visit, action: "/notifications/requests", label: label, style: style,
                    hidden: [("username", account.username), ("answer", answer)])
            }
            return "\(buttons)"
        }
        return
            "<section aria-labelledby=\"requests\"><h2 id=\"requests\">Follow requests</h2>\(list)</section>"
    }

    private func item(_ news: NotificationGroup, _ visit: PageContext) -> HTML {
        let time = Timestamp(news.createdAt)
        let picture: HTML? = news.photo.map { photo in
            """
            <img class="thumb" src="\(url: visit.site.media(photo.thumbnailKey))" width="320" height="320" alt="" loading="lazy">
            """
        }
        return """
            <li\(when: news.isUnread, " class=\"unread\"")>\(news.actors.first.map { visit.avatar($0) })<p>\(names(news)) \
            <a href="\(url: target(news))">\(words(news))</a> \
            <time class="time" datetime="\(time.rfc3339)">\(time.dayName)</time></p>\(picture)</li>
            """
    }

    /// “anna”, “anna and ben”, “anna, ben and 3 others”.
    private func names(_ news: NotificationGroup) -> HTML {
        let links = news.actors.prefix(2).map { account -> HTML in
            "<a class=\"name\" href=\"\(url: Site.profile(account.username))\">\(account.username)</a>"
        }
        let others = news.count - links.count
        switch (links.count, others) {
        case (1, 0): return links[0]
        case (2, 0): return "\(links[0]) and \(links[1])"
        case (2, _): return "\(links[0]), \(links[1]) and \(count(others, "other", "others"))"
        default: return "\(links)"
        }
    }

    private func target(_ news: NotificationGroup) -> String {
        if let post = news.post {
            return Site.post(post) + (news.comment.map { "#comment-\($0)" } ?? "")
        }
        return news.actors.first.map { Site.profile($0.username) } ?? "/"
    }

    private func words(_ news: NotificationGroup) -> HTML {
        let text = (news.commentText ?? "").prefix(80)
        return switch news.kind {
        case .like: "liked your post"
        case .commentLike: "liked your comment: \(text)"
        case .comment: "commented: \(text)"
        case .reply: "replied: \(text)"
        case .mention: news.comment == nil ? "mentioned you in a post" : "mentioned you: \(text)"
        case .follow: "started following you"
        case .request: "asked to follow you"
        case .accepted: "accepted your request"
        }
    }
}
