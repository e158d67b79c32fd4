import Core
import Foundation
import HTML
import Hummingbird
import Web

/// Recent posts of everybody public, search, tags.
struct ExplorePages {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("explore", .anyone, use: explore),
            .get("search", .anyone, limits: [.searches], use: search),
            .get("tags/{tag}", .anyone, use: tag),
        ]
    }

    @Sendable func explore(_ request: Request, _ context: WebContext) async throws -> Response {
        let page = try await community.explore.recent(for: context.viewer, page: try request.page())
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            "Explore",
            """
            <div class="narrow"><h1>Explore</h1>\(form(""))</div>
            \(pageContext.grid(page.items, empty: "<p class=\"empty\">Nobody has posted yet.</p>"))\(nextPageLink("/explore", page.nextCursor))
            """)
    }

    @Sendable func tag(_ request: Request, _ context: WebContext) async throws -> Response {
        let found = try await community.explore.posts(
            tagged: try context.pathText("tag"), for: context.viewer, page: try request.page())
        let number = found.tag.postsCount
        let counted = number >= Explore.countLimit ? "\(Explore.countLimit)+" : String(number)
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            "#\(found.tag.tag)",
            """
            <div class="inset"><h1>#\(found.tag.tag)</h1><p>\(counted) \(number == 1 ? "post" : "posts")</p></div>
            \(pageContext.grid(found.posts.items, empty: "<p class=\"empty\">No posts with this tag.</p>"))
            \(nextPageLink(Site.tag(found.tag.tag), found.posts.nextCursor))
            """)
    }

    @Sendable func search(_ request: Request, _ context: WebContext) async throws -> Response {
        let query = try SearchQuery(request.queryText("q"))
        let type = request.queryText("type")
        let pageContext = PageContext(context, cookies: cookies)
        let results = try await results(query, type: type, on: pageContext, page: try request.page())
        let tabs = [("users", "People"), ("tags", "Tags"), ("posts", "Posts")].map { name, label -> HTML in
            """
            <li><a href="\(url: address(query, type: name))"\(when: name == (type.isEmpty ? "users" : type), " aria-current=\"page\"")>\
            \(label)</a></li>
            """
        }
        return pageContext.page(
            "Search",
            """
            <div class="narrow"><h1>Search</h1>\(form(query.text))\(when: !query.text.isEmpty, "<ul class=\"tabs\">\(tabs)</ul>")</div>
            \(results)
            """)
    }

    private func results(
        _ query: SearchQuery, type: String, on pageContext: PageContext, page: PageRequest
    ) async throws -> HTML {
        guard !query.text.isEmpty else {
            return
                "<p class=\"empty\">Search for people, tags, or words in captions: try from:username or #tag.</p>"
        }
        let path = address(query, type: type)
        switch type {
        case "", "users":
            let found = try await community.search.people(query, for: pageContext.viewer, page: page)
            return """
                <div class="narrow">\(pageContext.people(found.items, empty: "Nobody by that name."))\(nextPageLink(path, found.nextCursor))</div>
                """
        case "tags":
            let found = try await community.search.tags(query, for: pageContext.viewer, page: page)
            let rows = found.items.map { tag -> HTML in
                "<li><a href=\"\(url: Site.tag(tag.tag))\"><span class=\"name\">#\(tag.tag)</span> \(counted(tag.postsCount))</a></li>"
            }
            let list: HTML =
                rows.isEmpty ? "<p class=\"empty\">No such tag.</p>" : "<ul class=\"people\">\(rows)</ul>"
            return "<div class=\"narrow\">\(list)\(nextPageLink(path, found.nextCursor))</div>"
        case "posts":
            let found = try await community.search.posts(query, for: pageContext.viewer, page: page)
            return """
                \(pageContext.grid(found.items, empty: "<p class=\"empty\">No posts with these words.</p>"))\(nextPageLink(path, found.nextCursor))
                """
        default: throw Problem(.unreadable, field: "type", "A type is users, tags or posts.")
        }
    }

    /// How many posts a tag has; beyond the limit they are not counted.
    private func counted(_ number: Int) -> HTML {
        number >= Search.tagCountLimit ? "\(Search.tagCountLimit)+ posts" : pluralized(number, "post", "posts")
    }

    private func address(_ query: SearchQuery, type: String) -> String {
        let text = query.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "/search?q=\(text)&type=\(type.isEmpty ? "users" : type)"
    }

    private func form(_ text: String) -> HTML {
        """
        <form class="search" role="search" action="/search"><label class="visually-hidden" for="q">Search</label>
        <input id="q" name="q" type="search" value="\(text)" maxlength="\(SearchQuery.limit)" placeholder="Search">
        <button>Search</button></form>
        """
    }
}
