import HTTPTypes
import TestSupport
import Testing

/// How the text that people wrote is shown.
struct TextPageTests {
    @Test func `web addresses in captions, comments and bios are shortened links`() async throws {
        try await TestSite.with { site in
            let address = "https://www.example.org/a/very/long/path/of/a/page/@anna?q=#sunset"
            let link = """
                <a class="link" rel="nofollow noopener ugc" href="\(address)">\
                example.org/a/very/long/path/of/a/page/…</a>
                """
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("See \(address).")
            try await ada.send(
                .post, "/api/posts/\(post.id)/comments", json: #"{"text": "or example.org/x, #b"}"#)
            try await ada.send(.put, "/api/profile", json: #"{"bio": "<\#(address)>"}"#)
            let page = try await site.browser.open("/p/\(post.code)").text
            #expect(page.contains("See \(link).") && !page.contains(#"href="/anna""#))
            #expect(
                page.contains(
                    #"href="https://example.org/x">example.org/x</a>, <a class="link" href="/tags/b">"#))
            #expect(try await site.browser.open("/ada").text.contains("&lt;\(link)&gt;"))
        }
    }
}
