import Core
import HTML
import Hummingbird
import Web

/// People: their page, their followers, following them.
struct ProfilePages {
    let community: Community
    let site: Site
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("{username}", .anyone, use: show),
            .get("{username}/followers", .anyone, use: followers),
            .get("{username}/following", .anyone, use: following),
            .post("{username}/follow", .member, limits: [.follows], use: act(community.follows.follow)),
            .post("{username}/unfollow", .member, use: act(community.follows.unfollow)),
            .post("{username}/remove-follower", .member, use: act(community.follows.removeFollower)),
            .post("{username}/block", .member, use: act(community.blocks.block)),
            .post("{username}/unblock", .member, use: act(community.blocks.unblock)),
            .post("{username}/mute", .member, use: act(community.blocks.mute)),
            .post("{username}/unmute", .member, use: act(community.blocks.unmute)),
        ]
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let found = try await community.posts.of(
            try name(context), for: context.viewer, page: try request.page())
        let account = found.profile.account
        let path = Site.profile(account.username)
        let visit = PageContext(context, cookies: cookies)
        return visit.page(
            account.username, head: preview(account),
            """
            \(ProfileHead(profile: found.profile, visit: visit).html)
            \(posts(found, on: visit))
            \(nextLink(path, found.posts.nextCursor))
            """)
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.followers(
            of: name, for: context.viewer, page: try request.page())
        let visit = PageContext(context, cookies: cookies)
        let isOwn = context.viewer?.username == name
        let people =
            isOwn
            ? visit.people(page.items, empty: "Nobody yet.") { account in
                buttonForm(
                    visit, action: "\(Site.profile(account.username))/remove-follower", label: "Remove",
                    style: "quiet",
                    back: "/\(name)/followers")
            } : try await visit.followList(page.items, empty: "Nobody yet.", community: community)
        return list("Followers of \(name)", "/\(name)/followers", people, page.nextCursor, visit)
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.following(
            by: name, for: context.viewer, page: try request.page())
        let visit = PageContext(context, cookies: cookies)
        let people = try await visit.followList(page.items, empty: "Nobody yet.", community: community)
        return list("Followed by \(name)", "/\(name)/following", people, page.nextCursor, visit)
    }

    /// A button on a profile: does it, and leads back to where it was pressed.
    private func act(
        _ rule: @escaping @Sendable (String, Viewer) async throws -> Void
    ) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            let name = try name(context)
            try await rule(name, context.member)
            return .seeOther(backTarget(form, otherwise: Site.profile(name)))
        }
    }

    /// The username in the path; what cannot be one is nobody's page.
    private func name(_ context: some HandlerContext) throws -> String {
        let name = Username.normalized(context.web.parameters.get("username") ?? "")
        guard Username.fault(in: name) == nil else { throw Problem.notFound("page") }
        return name
    }

    /// How other sites show a link to this page (https://ogp.me).
    private func preview(_ account: Account) -> HTML {
        guard !account.isPrivate else { return .nothing }
        let image: HTML? = account.summary.pictureKey.map {
            "<meta property=\"og:image\" content=\"\(site.absoluteMedia($0))\">"
        }
        let address = site.absolute(Site.profile(account.username))
        return """
            <link rel="alternate" type="application/json+oembed" href="\(url: embedPath(of: address))">
            <meta property="og:type" content="profile"><meta property="og:title" content="\(account.username) on Isntgram">
            <meta property="og:description" content="\(account.bio)">
            <meta property="og:url" content="\(address)">\(image)
            """
    }

    private func posts(_ found: Posts.ProfilePage, on visit: PageContext) -> HTML {
        let isOwn = visit.viewer?.id == found.profile.account.id
        guard found.profile.showsPosts || isOwn else {
            return found.profile.relationship?.blocking == true
                ? "<p class=\"empty\">You block this account.</p>"
                : "<p class=\"empty\">This account is private. Follow it to see its photos.</p>"
        }
        return visit.grid(
            found.posts.items,
            empty: isOwn
                ? "<p class=\"empty\">Your photos appear here. <a href=\"/create\">Post the first</a></p>"
                : "<p class=\"empty\">No posts yet.</p>")
    }

    private func list(
        _ title: String, _ path: String, _ people: HTML, _ cursor: String?, _ visit: PageContext
    )
        -> Response
    {
        visit.page(
            title,
            """
            <div class="narrow"><h1>\(title)</h1>\(people)
            \(nextLink(path, cursor))</div>
            """)
    }
}
