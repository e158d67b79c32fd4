import API
import Core
import Hummingbird
import TestSupport
import Testing
import Web

/// Search by JSON and by page.
struct SearchSiteTests {
    @Test func `Ada pages through search results while a post disappears`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            var posts: [String] = []
            for _ in 0..<4 { posts.insert(try await ada.post("東京タワー").id, at: 0) }
            let path = "/api/search?q=%E3%82%BF%E3%83%AF&type=posts&limit=2"
            let first = try await ada.send(.get, path)
            #expect(first.items.map { $0["id"] as? String } == [posts[0], posts[1]])
            let cursor = try #require(first.json["nextCursor"] as? String)
            #expect(cursor == "search-posts-0-\(posts[1])")
            #expect(first.headers[.link]?.contains("cursor=\(cursor)") == true)
            #expect(try await ada.send(.delete, "/api/posts/\(posts[1])").status == .noContent)
            _ = try await ada.post("東京タワー")
            let next = try await ada.send(.get, "\(path)&cursor=\(cursor)")
            #expect(next.items.map { $0["id"] as? String } == [posts[2], posts[3]])
            #expect(next.json["nextCursor"] as? String == nil)
            let page = try await site.browser.open(
                "/search?q=%E3%82%BF%E3%83%AF&type=posts&limit=2&cursor=posts-0-\(posts[0])")
            #expect(
                page.text.contains("cursor=posts-0-\(posts[3])") == false, "the last page has no next one")
            #expect(page.text.contains(#"class="grid""#))
            let newest = try await site.browser.open("/search?q=%E3%82%BF%E3%83%AF&type=posts&limit=2")
            #expect(newest.text.contains("cursor=posts-0-\(posts[0])"))
        }
    }

    @Test func `the cursors of people and tags lead to the next page`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("lake.ada")
            _ = try await site.apiClient("lake.ben")
            _ = try await ada.post("#lake #lakes #湖")
            for (type, field, expected) in [
                ("users", "username", ["lake.ada", "lake.ben"]), ("tags", "tag", ["lake", "lakes"]),
            ] {
                var found: [String?] = []
                var path = "/api/search?q=lake&type=\(type)&limit=1"
                for _ in expected {
                    let page = try await ada.send(.get, path)
                    found += page.items.map { $0[field] as? String }
                    guard let cursor = page.json["nextCursor"] as? String else { break }
                    #expect(
                        try cursor.wholeMatch(of: Regex(ListName.search.cursorPattern)) != nil, "\(cursor)")
                    path = "/api/search?q=lake&type=\(type)&limit=1&cursor=\(cursor)"
                }
                #expect(found == expected)
            }
        }
    }

    @Test func `a cursor that search did not write is not valid`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let huge = String(repeating: "9", count: 300)
            let wrong = [
                "", "1", "20", "posts-0", "posts-2-1", "posts-0-0", "posts-0-\(huge)", "posts-0-1%27",
                "users-0-1",
                "users-0-0-1%20OR%201=1", "users-3-0-1", "users-0-\(huge)-1", "tags-1-", "tags-1-%27",
                "tags-0-YQ",
                "tags-1-_w", "tags-1-AA", "explore-1", "posts-0-1-1", "posts-0-1%00", "%F0%9F%98%80",
            ]
            for type in ["users", "tags", "posts"] {
                for cursor in wrong + ["search-posts-0-1"] {
                    for path in ["/api/search?q=a&type=\(type)&cursor=search-\(cursor)"] {
                        let response = try await ada.send(.get, path)
                        #expect(response.status == .badRequest, "\(path)")
                        #expect(response.fieldErrors.first?["field"] == "cursor", "\(path)")
                    }
                    let page = try await site.browser.open("/search?q=a&type=\(type)&cursor=\(cursor)")
                    #expect(page.status == .badRequest, "\(type) \(cursor)")
                }
                // A cursor of another kind of result.
                for (other, cursor) in [
                    ("users", "users-0-0-1"), ("tags", "tags-1-YQ"), ("posts", "posts-0-1"),
                ] {
                    let response = try await ada.send(
                        .get, "/api/search?q=a&type=\(type)&cursor=search-\(cursor)")
                    #expect(response.status == (type == other ? .ok : .badRequest), "\(type) \(cursor)")
                }
            }
        }
    }
}
