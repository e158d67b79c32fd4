import Core
import Foundation
import HTML
import Hummingbird
import Web

/// The explore page with recent public posts, the search page, and the pages of tags.
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
            <div class="narrow"><h1>Explore</h1>\(searchForm(""))</div>
            \(pageContext.grid(page.items, empty: #"<p class="empty">No posts yet.</p>"#))\
            \(nextPageLink("/explore", page.nextCursor))
            """)
    }

    @Sendable func tag(_ request: Request, _ context: WebContext) async throws -> Response {
        let tagPage = try await community.explore.posts(
            tagged: try context.pathText("tag"), for: context.viewer, page: try request.page())
        let count = tagPage.tag.postsCount
        let countText = count >= Explore.countLimit ? "\(Explore.countLimit)+" : String(count)
        let pageContext = PageContext(context, cookies: cookies)
        return pageContext.page(
            "#\(tagPage.tag.tag)".directionallyIsolated,
            """
            <div class="inset"><h1>\(written("#\(tagPage.tag.tag)"))</h1>\
            <p>\(countText) \(count == 1 ? "post" : "posts")</p></div>
            \(pageContext.grid(tagPage.posts.items, empty: #"<p class="empty">No posts with this tag.</p>"#))
            \(nextPageLink(Site.tag(tagPage.tag.tag), tagPage.posts.nextCursor))
            """)
    }

    @Sendable func search(_ request: Request, _ context: WebContext) async throws -> Response {
        let query = try SearchQuery(request.queryText("q"))
        let type = request.queryText("type")
        let pageContext = PageContext(context, cookies: cookies)
        let results = try await results(query, type: type, on: pageContext, for: request)
        let tabs = [("users", "People"), ("tags", "Tags"), ("posts", "Posts")].map { name, label -> HTML in
            """
            <li><a href="\(url: path(query, type: name))"\
            \(when: name == (type.isEmpty ? "users" : type), #" aria-current="page""#)>\
            \(label)</a></li>
            """
        }
        return pageContext.page(
            "Search",
            """
            <div class="narrow"><h1>Search</h1>\(searchForm(query.text))\
            \(when: !query.text.isEmpty, #"<ul class="tabs">\#(tabs)</ul>"#)</div>
            \(results)
            """)
    }

    private func results(
        _ query: SearchQuery, type: String, on pageContext: PageContext, for request: Request
    ) async throws -> HTML {
        guard !query.text.isEmpty else {
            return """
                <p class="empty">Search for people, tags or captions. Try from:username or #tag.</p>
                """
        }
        let path = path(query, type: type)
        switch type {
        case "", "users":
            let people = try await community.search.people(
                query, for: pageContext.viewer, page: try request.page(by: PersonPosition.self))
            return """
                <div class="narrow">\(pageContext.people(people.items, empty: "No people found."))\
                \(nextPageLink(path, people.nextCursor))</div>
                """
        case "tags":
            let tags = try await community.search.tags(
                query, for: pageContext.viewer, page: try request.page(by: TagPosition.self))
            let rows = tags.items.map { tag -> HTML in
                """
                <li><a href="\(url: Site.tag(tag.tag))"><span class="name">\(written("#\(tag.tag)"))</span> \
                \(postCount(tag.postsCount))</a></li>
                """
            }
            let list: HTML =
                rows.isEmpty ? #"<p class="empty">No tags found.</p>"# : #"<ul class="people">\#(rows)</ul>"#
            return #"<div class="narrow">\#(list)\#(nextPageLink(path, tags.nextCursor))</div>"#
        case "posts":
            let posts = try await community.search.posts(
                query, for: pageContext.viewer, page: try request.page(by: PostPosition.self))
            return """
                \(pageContext.grid(posts.items, empty: #"<p class="empty">No posts found.</p>"#))\
                \(nextPageLink(path, posts.nextCursor))
                """
        default: throw Problem(.unreadable, field: "type", "“type” must be users, tags or posts.")
        }
    }

    /// The number of posts with a tag. The search stops counting at the limit.
    private func postCount(_ number: Int) -> HTML {
        number >= Search.tagCountLimit
            ? "\(Search.tagCountLimit)+ posts" : pluralized(number, "post", "posts")
    }

    private func path(_ query: SearchQuery, type: String) -> String {
        let text = query.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "/search?q=\(text)&type=\(type.isEmpty ? "users" : type)"
    }

    private func searchForm(_ text: String) -> HTML {
        let field = Field(
            name: "q", label: "Search", type: "search", value: text, placeholder: "Search", isRequired: false,
            limit: SearchQuery.limit)
        return """
            <form class="search" role="search" action="/search">\(field.withHiddenLabel)
            <button>Search</button></form>
            """
    }
}
