import Core
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

/// The session cookie, and what a browser clears when a session ends.
struct SessionTests {
    private let hour: Int64 = 60 * 60 * 1000
    private let day: Int64 = 24 * 60 * 60 * 1000

    /// Returns the session cookies that a response sets.
    private func sessionCookies(in response: SiteResponse) -> [String] {
        response.headers[values: .setCookie].filter { $0.hasPrefix("session=") }
    }

    private func get(_ path: String, as browser: Browser) async throws -> SiteResponse {
        let cookies = browser.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        return try await browser.site.client.execute(uri: path, method: .get, headers: [.cookie: cookies]) {
            SiteResponse($0)
        }
    }

    @Test func `Ada's session cookie is renewed while she uses the site`() async throws {
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            let session = try #require(ada.cookies["session"])
            let renewed = ["session=\(session); Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"]
            #expect(sessionCookies(in: try await ada.open("/create")) == [], "not on every request")
            for path in ["/about", "/api/me", "/no/such/page"] {
                site.test.time.advance(by: 29 * day)
                #expect(sessionCookies(in: try await get(path, as: ada)) == renewed, "\(path)")
                site.test.time.advance(by: hour / 2)
                #expect(sessionCookies(in: try await get(path, as: ada)) == [], "\(path)")
            }
            // Responses that shared caches may store contain no session cookie.
            site.test.time.advance(by: 2 * hour)
            for path in ["/api/openapi.json", "/favicon.svg"] {
                let shared = try await get(path, as: ada)
                #expect(
                    shared.headers[.cacheControl]?.hasPrefix("public") == true
                        && sessionCookies(in: shared) == [],
                    "\(path)")
            }
            site.test.time.advance(by: 2 * hour)
            _ = try await ada.open("/create")
            site.test.time.advance(by: 2 * hour)
            let cookies = sessionCookies(in: try await ada.submit("/logout"))
            #expect(
                cookies.count == 1 && cookies.first?.contains("Max-Age=0") == true,
                "signing out does not renew the cookie")
        }
    }

    @Test func `on a leap day years later, Ada has to sign in again and then uses the site as before`()
        async throws
    {
        try await TestSite.with { site in
            let client = try await site.apiClient("ada")
            let browser = site.browser
            try await browser.signInAgain("ada")
            site.test.time.set("2028-02-29")
            #expect(try await client.send(.get, "/api/me").status == .unauthorized)
            #expect(try await browser.open("/saved").headers[.location]?.hasPrefix("/login") == true)
            let post = try await site.signInAgain("ada").post()
            try await browser.signInAgain("ada")
            #expect(try await browser.open("/p/\(post.code)").text.contains("29 February 2028"))
        }
    }

    @Test func `Ada's browser clears its caches when she signs out or deletes her account`() async throws {
        let field = try #require(HTTPField.Name("clear-site-data"))
        let cleared = #""cache", "storage""#
        try await TestSite.with { site in
            let ada = site.browser
            try await ada.register("ada")
            #expect(try await ada.open("/about").headers[field] == nil)
            #expect(try await ada.submit("/logout").headers[field] == cleared)

            func signIn() async throws {
                _ = try await ada.open("/login")
                _ = try await ada.submit("/login", ["login": "ada", "password": TestCommunity.password])
            }
            try await signIn()
            let headers: HTTPFields = [
                .cookie: "session=\(try #require(ada.cookies["session"]))", .origin: "http://localhost",
            ]
            let logout = try await site.client.execute(
                uri: "/api/auth/logout", method: .post, headers: headers
            ) { SiteResponse($0) }
            #expect(logout.status == .noContent && logout.headers[field] == cleared)
            #expect(sessionCookies(in: logout).first?.contains("Max-Age=0") == true)

            try await signIn()
            _ = try await ada.open("/settings/account")
            #expect(
                try await ada.submit("/settings/account/delete", ["password": "wrong"]).headers[field] == nil)
            let deletion = try await ada.submit(
                "/settings/account/delete", ["password": TestCommunity.password])
            #expect(deletion.status == .seeOther && deletion.headers[field] == cleared)

            let grace = try await site.apiClient("grace")
            let apiLogout = try await grace.send(.post, "/api/auth/logout")
            #expect(
                apiLogout.status == .noContent && apiLogout.headers[field] == nil,
                "an API client has nothing to clear")
        }
    }
}
