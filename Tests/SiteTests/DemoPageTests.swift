import Core
import HTTPTypes
import TestSupport
import Testing

/// The demo, which visitors try without an account of their own.
struct DemoPageTests {
    /// Creates the account that all visitors of the demo share, and a post by Ada. Returns the path of the
    /// post.
    private func prepareDemo(on site: TestSite) async throws -> String {
        let form = Registration(email: "v@demo.invalid", fullName: "", username: "visitor", password: "")
        _ = try await site.test.community.accounts.createDemo(form, isDemo: true)
        let ada = try await site.apiClient("ada")
        let post = try await ada.post()
        return "/p/\(post.code)"
    }

    /// Begins the demo in a new browser.
    private func beginDemo(on site: TestSite) async throws -> Browser {
        let visitor = site.browser
        _ = try await visitor.open("/")
        _ = try await visitor.submit("/demo")
        return visitor
    }

    @Test func `a visitor can try the demo without an account`() async throws {
        try await TestSite.with(isDemo: true) { site in
            _ = try await prepareDemo(on: site)
            let visitor = site.browser
            #expect(try await visitor.open("/login").text.contains("Try the demo"))
            #expect(try await visitor.open("/").text.contains("Try the demo"))
            #expect(try await visitor.submit("/demo").status == .seeOther)
        }
    }

    @Test func `a visitor of the demo can like and follow`() async throws {
        try await TestSite.with(isDemo: true) { site in
            let path = try await prepareDemo(on: site)
            let visitor = try await beginDemo(on: site)
            _ = try await visitor.open(path)
            #expect(try await visitor.submit("\(path)/like").status == .seeOther)
            #expect(try await visitor.submit("/ada/follow").status == .seeOther)
        }
    }

    @Test func `a visitor of the demo can change nothing else`() async throws {
        try await TestSite.with(isDemo: true) { site in
            let path = try await prepareDemo(on: site)
            let visitor = try await beginDemo(on: site)
            _ = try await visitor.open(path)
            let refused = [
                try await visitor.submit("\(path)/comments", ["text": "x"]),
                try await visitor.submit("/settings/profile", ["bio": "x"]),
                try await visitor.submit(
                    "/settings/account/password", ["currentPassword": "-", "newPassword": "another horse"]),
                try await visitor.submit("/settings/account/delete", ["password": "-"]),
                try await visitor.submit("/settings/tokens", ["name": "x", "scopes": "read"]),
                try await visitor.upload("/create", [.file("image", try Fixtures.bytes("cat.jpg"))]),
                try await visitor.submit("/ada/block"), try await visitor.submit("/ada/mute"),
                try await visitor.submit("/settings/sessions/end-others"),
            ]
            #expect(refused.map(\.status) == Array(repeating: .forbidden, count: 9))
            try await site.test.settle()
            #expect(site.test.storedFiles.count == 3, "one post by Ada: two renditions and a thumbnail")
        }
    }

    @Test func `visitors of the demo do not see each other's sessions`() async throws {
        try await TestSite.with(isDemo: true) { site in
            _ = try await prepareDemo(on: site)
            _ = try await beginDemo(on: site)
            let other = try await beginDemo(on: site)
            let sessions = try await other.open("/settings/sessions")
            #expect(
                sessions.text.split(separator: "Last used").count == 2,
                "demo users do not see each other's sessions")
        }
    }

    @Test func `a site that is not a demo offers none`() async throws {
        try await TestSite.with { site in
            let visitor = site.browser
            let page = try await visitor.open("/login")
            #expect(!page.text.contains("Try the demo"))
            let refused = try await visitor.submit("/demo")
            #expect(refused.status != .seeOther)
        }
    }
}
