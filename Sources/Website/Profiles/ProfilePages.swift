import Core
import HTML
import Hummingbird
import Web

/// Profiles, their lists of followers and followed people, and the actions on a profile.
struct ProfilePages {
    let community: Community
    let site: Site
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("{username}", .anyone, use: show),
            .get("{username}/followers", .anyone, use: followers),
            .get("{username}/following", .anyone, use: following),
            .post("{username}/follow", .member, limits: [.follows], use: action(community.follows.follow)),
            .post("{username}/unfollow", .member, use: action(community.follows.unfollow)),
            .post("{username}/remove-follower", .member, use: action(community.follows.removeFollower)),
            .post("{username}/block", .member, use: action(community.blocks.block)),
            .post("{username}/unblock", .member, use: action(community.blocks.unblock)),
            .post("{username}/mute", .member, use: action(community.blocks.mute)),
            .post("{username}/unmute", .member, use: action(community.blocks.unmute)),
        ]
    }

    @Sendable func show(_ request: Request, _ context: WebContext) async throws -> Response {
        let profilePage = try await community.profiles.withPosts(
            of: try name(context), for: context.viewer, page: try request.page())
        let account = profilePage.profile.account
        let path = Site.profile(account.username)
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            account.username, head: openGraphTags(account),
            """
            \(ProfileHeader(profile: profilePage.profile, pageContext: pageContext).html)
            \(posts(profilePage, on: pageContext))
            \(nextPageLink(path, profilePage.posts.nextCursor))
            """)
    }

    @Sendable func followers(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.followers(
            of: name, for: context.viewer, page: try request.page())
        let pageContext = PageContext(context, cookies: cookies)
        let isOwn = context.viewer?.username == name
        let people =
            isOwn
            ? pageContext.people(page.items, empty: "No followers yet.") { account in
                buttonForm(
                    pageContext, action: "\(Site.profile(account.username))/remove-follower", label: "Remove",
                    style: "quiet",
                    returnTo: "/\(name)/followers")
            }
            : try await pageContext.followList(page.items, empty: "No followers yet.", community: community)
        return list("Followers of \(name)", "/\(name)/followers", people, page.nextCursor, pageContext)
    }

    @Sendable func following(_ request: Request, _ context: WebContext) async throws -> Response {
        let name = try name(context)
        let page = try await community.follows.following(
            by: name, for: context.viewer, page: try request.page())
        let pageContext = PageContext(context, cookies: cookies)
        let people = try await pageContext.followList(
            page.items, empty: "Not following anyone yet.", community: community)
        return list("People \(name) follows", "/\(name)/following", people, page.nextCursor, pageContext)
    }

    /// Handles a button on a profile: applies the rule, and redirects back to the page with the button.
    private func action(
        _ rule: @escaping @Sendable (String, Viewer) async throws -> Void
    ) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            let name = try name(context)
            try await rule(name, context.member)
            return .seeOther(returnPath(from: form, default: Site.profile(name)))
        }
    }

    /// The username in the path. A text that cannot be a username is a missing page.
    private func name(_ context: some HandlerContext) throws -> String {
        let name = Username.normalized(context.web.parameters.get("username") ?? "")
        guard Username.isPossible(name) else { throw Problem.notFound("page") }
        return name
    }

    /// Describes the page to sites that show a preview of a link to it (https://ogp.me).
    private func openGraphTags(_ account: Account) -> HTML {
        guard !account.isPrivate else { return .nothing }
        let image: HTML? = account.summary.pictureKey.map {
            #"<meta property="og:image" content="\#(site.absoluteMedia($0))">"#
        }
        let url = site.absolute(Site.profile(account.username))
        return """
            <link rel="alternate" type="application/json+oembed" href="\(url: embedPath(of: url))">
            <meta property="og:type" content="profile">\
            <meta property="og:title" content="\(account.username) on Isntgram">
            <meta property="og:description" content="\(account.bio.directionallyIsolated)">
            <meta property="og:url" content="\(url)">\(image)
            """
    }

    private func posts(
        _ page: (profile: Profile, posts: Page<Post>), on pageContext: PageContext
    ) -> HTML {
        let isOwn = pageContext.viewer?.id == page.profile.account.id
        guard page.profile.showsPosts || isOwn else {
            return page.profile.relationship?.blocking == true
                ? #"<p class="empty">You’ve blocked this account.</p>"#
                : #"<p class="empty">This account is private. Follow it to see its photos.</p>"#
        }
        return pageContext.grid(
            page.posts.items,
            empty: isOwn
                ? """
                <p class="empty">Your photos will appear here. <a href="/create">Post your first photo</a></p>
                """
                : #"<p class="empty">No posts yet.</p>"#)
    }

    private func list(
        _ title: String, _ path: String, _ people: HTML, _ cursor: String?, _ pageContext: PageContext
    ) -> Response {
        pageContext.page(
            title,
            """
            <div class="narrow"><h1>\(title)</h1>\(people)
            \(nextPageLink(path, cursor))</div>
            """)
    }
}
