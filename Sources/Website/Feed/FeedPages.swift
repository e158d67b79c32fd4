import Core
import HTML
import Hummingbird
import Web

/// The front page: the feed of a member, a welcome for a stranger.
struct FeedPages {
    let community: Community
    let cookies: SiteCookies
    let isDemo: Bool

    var routes: [Route] {
        [
            .get("", .anyone, use: home),
            .get("suggestions", .memberOrSignIn, use: people),
        ]
    }

    @Sendable func home(_ request: Request, _ context: WebContext) async throws -> Response {
        let pageContext = PageContext(context, cookies: cookies)
        guard let viewer = context.viewer else { return pageContext.page("Welcome", welcome(pageContext)) }
        let pageRequest = try request.page()
        let (page, previews) = try await community.feed.cards(for: viewer, page: pageRequest)
        guard !page.items.isEmpty else {
            let suggestions =
                pageRequest.isFirst ? try await community.explore.suggestions(for: viewer, limit: 10) : []
            return pageContext.page("Home", empty(viewer, suggestions, isFirst: pageRequest.isFirst, pageContext))
        }
        let cards = page.items.enumerated().map { place, post in
            PostCard(
                post: post, pageContext: pageContext, returnTo: "/#post-\(post.id)", isFirst: place == 0,
                preview: previews[post.id] ?? PostPreview()
            ).html
        }
        return pageContext.page(
            "Home",
            """
            <h1 class="visually-hidden">Home</h1><div class="feed"><div class="column"><div data-list>\(cards)</div>\
            \(nextPageLink("/", page.nextCursor))</div><aside class="beside" aria-label="You and others" data-suggestions="/suggestions">\
            <div class="self"><a href="\(url: Site.profile(viewer.username))"><span class="name">\(viewer.username)</span></a>\
            \(buttonForm(pageContext, action: "/logout", label: "Switch", style: "plain accent"))</div>\
            <p><a class="quiet-link" href="/suggestions">People to follow</a></p></aside></div>
            """)
    }

    /// People to follow, on a page of their own; the feed shows some of them beside it.
    @Sendable func people(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let pageContext = PageContext(context, cookies: cookies)
        let found = try await community.explore.suggestions(for: viewer, limit: 20)
        let list = pageContext.people(found, empty: "You follow everybody we could suggest.") { account in
            pageContext.followButton(account.username, isOn: false, label: "Follow", returnTo: "/suggestions")
        }
        return pageContext.page("People to follow", "<div class=\"narrow\"><h1>People to follow</h1>\(list)</div>")
    }

    private func welcome(_ pageContext: PageContext) -> HTML {
        """
        <div class="narrow"><h1>Photos of people you know</h1>
        <p>Isntgram is a community for photos, kept by one of its own: no advertising, no tracking, nothing recommended
        by a machine.</p>
        <p><a class="button wide-button" href="/register">Register</a></p>
        \(when: isDemo, demoButton(pageContext))
        <p>Have an account? <a href="/login">Sign in</a></p></div>
        """
    }

    private func empty(
        _ viewer: Viewer, _ suggestions: [AccountSummary], isFirst: Bool, _ pageContext: PageContext
    ) -> HTML {
        guard isFirst else {
            return
                "<div class=\"empty\"><h1>That was all</h1><p><a href=\"/\">Back to the newest</a></p></div>"
        }
        return """
            <div class="empty"><h1>Welcome, \(viewer.username)</h1>
            <p>Posts of people you follow appear here. Follow somebody, or begin yourself.</p>
            <p><a class="button" href="/create">Post your first photo</a></p></div>
            \(when: !suggestions.isEmpty, suggested(suggestions, pageContext))
            """
    }

    private func suggested(_ accounts: [AccountSummary], _ pageContext: PageContext) -> HTML {
        let list = pageContext.people(accounts, empty: "") { account in
            pageContext.followButton(account.username, isOn: false, label: "Follow", returnTo: "/")
        }
        return
            "<section class=\"narrow\" aria-labelledby=\"suggested\"><h2 id=\"suggested\">People to follow</h2>\(list)</section>"
    }
}
