import Core
import HTML
import Hummingbird
import Web

/// The home page: the feed for a member, a welcome page for a visitor.
struct FeedPages {
    let community: Community
    let cookies: SiteCookies
    let isDemo: Bool

    var routes: [Route] {
        [
            .get("", .anyone, use: home),
            .get("suggestions", .memberOrSignIn, use: suggestions),
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
            return pageContext.page(
                "Home", emptyFeed(viewer, suggestions, isFirstPage: pageRequest.isFirst, pageContext))
        }
        let cards = page.items.enumerated().map { index, post in
            PostCard(
                post: post, pageContext: pageContext, returnPath: "/#post-\(post.id)", isFirst: index == 0,
                preview: previews[post.id] ?? PostPreview()
            ).html
        }
        return pageContext.page(
            "Home",
            """
            <h1 class="visually-hidden">Home</h1><div class="feed"><div class="column">\
            <div data-list>\(cards)</div>\
            \(nextPageLink("/", page.nextCursor))</div>\
            <aside class="beside" aria-label="Your account and suggestions" data-suggestions="/suggestions">\
            <div class="self"><a href="\(url: Site.profile(viewer.username))">\
            <span class="name">\(viewer.username)</span></a>\
            \(buttonForm(pageContext, action: "/logout", label: "Switch", style: "plain accent"))</div>\
            <p><a class="quiet-link" href="/suggestions">People to follow</a></p></aside></div>
            """)
    }

    /// The page of suggested people. On wide screens, a script shows some of them beside the feed.
    @Sendable func suggestions(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let pageContext = PageContext(context, cookies: cookies)
        let accounts = try await community.explore.suggestions(for: viewer, limit: 20)
        let list = pageContext.people(accounts, empty: "No suggestions right now.") { account in
            pageContext.followButton(account.username, isOn: false, label: "Follow", returnTo: "/suggestions")
        }
        return pageContext.page(
            "People to follow", #"<div class="narrow"><h1>People to follow</h1>\#(list)</div>"#)
    }

    private func welcome(_ pageContext: PageContext) -> HTML {
        """
        <div class="narrow"><h1>Photos from people you know</h1>
        <p>Isntgram is a photo community run by one of its own members: no ads, no tracking,
        no recommendations by an algorithm.</p>
        <p><a class="button wide-button" href="/register">Register</a></p>
        \(when: isDemo, demoButton(pageContext))
        <p>Already have an account? <a href="/login">Sign in</a></p></div>
        """
    }

    private func emptyFeed(
        _ viewer: Viewer, _ suggestions: [AccountSummary], isFirstPage: Bool, _ pageContext: PageContext
    ) -> HTML {
        guard isFirstPage else {
            return """
                <div class="empty"><h1>You’re all caught up</h1>\
                <p><a href="/">Back to the latest posts</a></p></div>
                """
        }
        return """
            <div class="empty"><h1>Welcome, \(viewer.username)</h1>
            <p>Posts from people you follow will appear here. Follow someone, or share a photo of your \
            own.</p>
            <p><a class="button" href="/create">Post your first photo</a></p></div>
            \(when: !suggestions.isEmpty, suggestionList(suggestions, pageContext))
            """
    }

    private func suggestionList(_ accounts: [AccountSummary], _ pageContext: PageContext) -> HTML {
        let list = pageContext.people(accounts, empty: "") { account in
            pageContext.followButton(account.username, isOn: false, label: "Follow", returnTo: "/")
        }
        return """
            <section class="narrow" aria-labelledby="suggested"><h2 id="suggested">People to follow</h2>\
            \(list)</section>
            """
    }
}
