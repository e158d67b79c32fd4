import HTTPTypes
import TestSupport
import Testing

@testable import Website

/// The settings of a member. `Browser.open` also validates the markup of every page.
struct SettingsPageTests {
    private let newPassword = "another horse battery"

    @Test func `the settings begin with the profile`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(try await ada.open("/settings").headers[.location] == "/settings/profile")
        }
    }

    @Test func `Ada edits her profile, and her page links to what it mentions`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/profile")
            let saved = try await ada.submit(
                "/settings/profile",
                [
                    "fullName": "Ada L.", "bio": "Hello @grace #maths", "website": "example.org",
                    "pronouns": "she",
                ])
            #expect(saved.headers[.location] == "/settings/profile?saved")
            #expect(try await ada.open("/settings/profile?saved").text.contains("Changes saved."))
            let profile = try await ada.open("/ada")
            #expect(profile.text.contains(#"href="/grace""#) && profile.text.contains(#"href="/tags/maths""#))
            #expect(
                profile.text.contains(#"href="https://example.org""#)
                    && profile.text.contains("rel=\"nofollow"))
        }
    }

    @Test func `Ada learns that her website must be an address of the web`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/profile")
            let wrong = try await ada.submit("/settings/profile", ["website": "javascript:alert(1)"])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Enter a website"))
        }
    }

    @Test func `Ada sets her profile picture and removes it again`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(
                try await ada.upload(
                    "/settings/profile/picture", [.file("image", try Fixtures.bytes("cat.jpg"))]
                ).status
                    == .seeOther)
            #expect(try await ada.open("/ada").text.contains("/thumb.jpg"))
            _ = try await ada.open("/settings/profile")
            #expect(try await ada.submit("/settings/profile/picture/remove").status == .seeOther)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
        }
    }

    @Test func `Ada learns that a profile picture needs a photo`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(
                try await ada.upload("/settings/profile/picture", [.text("x", "y")]).status
                    == .unprocessableContent)
        }
    }

    @Test func `visitors see that an account is private as soon as Ada has made it so`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/profile")
            #expect(try await ada.submit("/settings/privacy", ["isPrivate": "yes"]).status == .seeOther)
            #expect(try await ada.open("/settings/privacy").text.contains("checked"))
            #expect(try await site.browser.open("/ada").text.contains("This account is private"))
        }
    }

    @Test func `Ada changes her username, but not to a reserved one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/account")
            #expect(
                try await ada.submit("/settings/account/username", ["username": "admin"]).text.contains(
                    "is reserved"))
            #expect(
                try await ada.submit("/settings/account/username", ["username": "countess"]).status
                    == .seeOther)
            #expect(try await ada.open("/countess").status == .ok)
        }
    }

    @Test func `Ada changes her email address, if it is a valid one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/account")
            let password = TestCommunity.password
            #expect(
                try await ada.submit("/settings/account/email", ["email": "x", "password": password]).status
                    == .unprocessableContent)
            #expect(
                try await ada.submit(
                    "/settings/account/email", ["email": "c@example.org", "password": password]
                ).status
                    == .seeOther)
        }
    }

    /// Submits the form that changes a password.
    private func changePassword(
        of browser: Browser, from current: String, to new: String
    ) async throws -> SiteResponse {
        _ = try await browser.open("/settings/account")
        return try await browser.submit(
            "/settings/account/password", ["currentPassword": current, "newPassword": new])
    }

    @Test func `Ada changes her password, if she knows the current one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            #expect(try await changePassword(of: ada, from: "x", to: "y").status == .unprocessableContent)
            #expect(
                try await changePassword(of: ada, from: TestCommunity.password, to: newPassword).status
                    == .seeOther)
        }
    }

    @Test func `Ada deletes her account with her new password, and not with the former one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await changePassword(of: ada, from: TestCommunity.password, to: newPassword)
            _ = try await ada.open("/settings/account")
            #expect(
                try await ada.submit("/settings/account/delete", ["password": TestCommunity.password]).status
                    == .unprocessableContent)
            #expect(
                try await ada.submit("/settings/account/delete", ["password": newPassword])
                    .headers[.location] == "/")
            #expect(try await ada.open("/ada").status == .notFound)
        }
    }

    /// Signs Ada in with another browser.
    private func otherBrowser(of site: TestSite) async throws -> Browser {
        let other = site.browser
        _ = try await other.open("/login")
        _ = try await other.submit("/login", ["login": "ada", "password": TestCommunity.password])
        return other
    }

    @Test func `Ada signs out another of her browsers`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let other = try await otherBrowser(of: site)
            let sessions = try await ada.open("/settings/sessions")
            #expect(
                sessions.text.contains("this browser") && sessions.text.contains("Sign out everywhere else"))
            let id = try #require(sessions.text.firstMatch(of: #/name="id" value="([^"]+)"/#)?.1)
            #expect(try await ada.submit("/settings/sessions/end", ["id": String(id)]).status == .seeOther)
            #expect(try await other.open("/settings/profile").headers[.location] == "/login")
        }
    }

    @Test func `Ada signs out everywhere else`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let other = try await otherBrowser(of: site)
            #expect(try await ada.submit("/settings/sessions/end-others").status == .seeOther)
            #expect(try await other.open("/settings/profile").headers[.location] == "/login")
            #expect(try await ada.open("/settings/profile").status == .ok)
        }
    }

    /// Creates a token that may read.
    private func newToken(of browser: Browser) async throws -> String {
        _ = try await browser.open("/settings/tokens")
        let made = try await browser.submit("/settings/tokens", ["name": "bot", "scopes": "read"])
        return String(try #require(made.text.firstMatch(of: #/isnt_[A-Za-z0-9_-]+/#)?.output))
    }

    @Test func `Ada creates a token, which works and is shown once`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let token = try await newToken(of: ada)
            #expect(try await APIClient(site: site, token: token).send(.get, "/api/me").status == .ok)
            let tokens = try await ada.open("/settings/tokens")
            #expect(!tokens.text.contains(token), "shown once")
        }
    }

    @Test func `Ada learns that a token needs a name`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await ada.open("/settings/tokens")
            #expect(
                try await ada.submit("/settings/tokens", ["name": "", "scopes": "read"]).status
                    == .unprocessableContent)
        }
    }

    @Test func `a token that Ada revokes no longer works`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            let token = try await newToken(of: ada)
            let tokens = try await ada.open("/settings/tokens")
            let id = try #require(tokens.text.firstMatch(of: #/name="id" value="([^"]+)"/#)?.1)
            #expect(try await ada.submit("/settings/tokens/end", ["id": String(id)]).status == .seeOther)
            #expect(
                try await APIClient(site: site, token: token).send(.get, "/api/me").status == .unauthorized)
        }
    }

    @Test(arguments: [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            """
            Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 \
            Mobile Safari/604.1
            """, "Safari on iPhone"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows"
        ),
        ("curl/8", "curl/8"), ("Firefox", "Firefox"),
    ])
    func `a session shows the short name of its browser`(_ userAgent: String, _ name: String) {
        #expect(BrowserName.of(userAgent) == name)
    }
}
