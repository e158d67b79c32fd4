import Core
import HTML
import Hummingbird
import Web

/// People: their page, their followers, following them.
struct ProfilePages {
    let community: Community
    let cookies: SiteCookies

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.get(":username", use: show)
        routes.get(":username/followers", use: followers)
        routes.get(":username/following", use: following)
        routes.post(":username/follow", use: follow)
        routes.post(":username/unfollow", use: unfollow)
        return routes
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let found = try await community.posts.of(try name(context), for: context.viewer, page: try request.page())
        let account = found.profile.account
        let path = Site.profile(account.username)
        let visit = Visit(context, cookies: cookies)
        return visit.page(
            account.username,
            """
            \(head(found.profile, visit))
            \(grid(found.posts.items, isOwn: context.viewer?.id == account.id))
            \(nextLink(path, found.posts.nextCursor))
            """)
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.followers(of: name, page: try request.page())
        return list("Followers of \(name)", "/\(name)/followers", page, Visit(context, cookies: cookies))
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.following(by: name, page: try request.page())
        return list("Followed by \(name)", "/\(name)/following", page, Visit(context, cookies: cookies))
    }

    @Sendable func follow(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        let name = try name(context)
        try await community.follows.follow(name, by: try context.member())
        return .seeOther(Site.profile(name))
    }

    @Sendable func unfollow(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        let name = try name(context)
        try await community.follows.unfollow(name, by: try context.member())
        return .seeOther(Site.profile(name))
    }

    /// The username in the path; what cannot be one is nobody's page.
    private func name(_ context: WebContext) throws -> String {
        let name = Username.normalized(context.parameters.get("username") ?? "")
        guard Username.fault(in: name) == nil else { throw Problem.notFound("page") }
        return name
    }

    private func head(_ profile: Profile, _ visit: Visit) -> HTML {
        let account = profile.account
        let path = Site.profile(account.username)
        let initial = String(account.username.prefix(1).uppercased())
        return """
            <section class="profile" aria-label="Profile">
            <span class="avatar large tint-\(account.id.value % 6)" aria-hidden="true">\(initial)</span>
            <div><div class="profile-head"><h1>\(account.username)</h1>\(followButton(profile, visit))</div>
            <ul class="counts"><li><b>\(account.postsCount)</b> \(account.postsCount == 1 ? "post" : "posts")</li>
            <li><a href="\(url: "\(path)/followers")"><b>\(account.followerCount)</b> \(account.followerCount == 1 ? "follower" : "followers")</a></li>
            <li><a href="\(url: "\(path)/following")"><b>\(account.followingCount)</b> following</a></li></ul>
            <p class="name">\(account.fullName)</p></div></section>
            """
    }

    private func followButton(_ profile: Profile, _ visit: Visit) -> HTML {
        guard let relationship = profile.relationship else { return .nothing }
        let path = Site.profile(profile.account.username)
        return relationship.following
            ? buttonForm(visit, action: "\(path)/unfollow", label: "Unfollow", style: "quiet")
            : buttonForm(
                visit, action: "\(path)/follow", label: relationship.followedBy ? "Follow back" : "Follow", style: "button")
    }

    private func grid(_ posts: [Post], isOwn: Bool) -> HTML {
        guard posts.isEmpty else { return "<ul class=\"grid\">\(posts.map(tile))</ul>" }
        return isOwn
            ? "<p class=\"empty\">Your photos appear here. <a href=\"/create\">Post the first</a></p>"
            : "<p class=\"empty\">No posts yet.</p>"
    }

    private func list(_ title: String, _ path: String, _ page: Page<AccountSummary>, _ visit: Visit) -> Response {
        let rows = page.items.map { account -> HTML in
            """
            <li>\(avatar(account))<a href="\(url: Site.profile(account.username))"><span class="name">\(account.username)</span> \
            \(account.fullName)</a></li>
            """
        }
        let people: HTML = rows.isEmpty ? "<p class=\"empty\">Nobody yet.</p>" : "<ul class=\"people\">\(rows)</ul>"
        return visit.page(title, "<div class=\"narrow\"><h1>\(title)</h1>\(people)\(nextLink(path, page.nextCursor))</div>")
    }
}
