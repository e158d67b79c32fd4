import Foundation
import HTTPTypes
import TestSupport
import Testing

/// Two-step verification in a browser without JavaScript, and for programs. `Browser.open` also validates the
/// markup of every page.
struct TwoStepTests {
    /// Ada turns two-step verification on. Returns her app and her recovery codes.
    private func turnOn(_ ada: Browser, _ site: TestSite) async throws -> (Authenticator, [String]) {
        #expect(try await ada.open("/settings/security").text.contains("Set up an app"))
        #expect(
            try await ada.submit("/settings/security/app").headers[.location] == "/settings/security/app")
        let setup = try await ada.open("/settings/security/app").text
        #expect(setup.contains("<svg class=\"qr-code\"") && setup.contains("otpauth") == false)
        let key = try #require(setup.firstMatch(of: #/<code class="secret">([A-Z2-7 ]+)<\/code>/#)?.1)
        let app = try Authenticator(String(key))
        let wrong = try await ada.submit("/settings/security/app/confirm", ["code": "000000"])
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("This code is not correct"))
        let on = try await ada.submit(
            "/settings/security/app/confirm", ["code": app.code(at: site.test.time)])
        #expect(on.status == .ok && on.text.contains("Two-step verification is on"))
        let codes = on.text.matches(of: #/<li><code>([A-Z2-7-]{19})<\/code><\/li>/#).map { String($0.1) }
        #expect(codes.count == 10)
        site.test.time.advance(by: 30_000)
        return (app, codes)
    }

    private let signIn = ["login": "ada", "password": TestCommunity.password]

    @Test func `Ada turns two-step verification on, and signs in with a code`() async throws {
        try await TestSite.with { site in
            let (app, _) = try await turnOn(try await site.register("ada"), site)
            let phone = site.browser
            _ = try await phone.open("/login")
            let first = try await phone.submit("/login", signIn)
            #expect(first.headers[.location] == "/login/code")
            #expect(try await phone.open("/").text.contains(#"href="/login""#), "not signed in yet")
            #expect(try await phone.open("/login/code").text.contains(#"autocomplete="one-time-code""#))
            let wrong = try await phone.submit("/login/code", ["code": "000000"])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("This code is not correct"))
            let second = try await phone.submit("/login/code", ["code": app.code(at: site.test.time)])
            #expect(second.status == .seeOther && second.headers[.location] == "/")
            #expect(try await phone.open("/settings/security").text.contains("10 of 10 left"))
            #expect(try await phone.open("/login/code").headers[.location] == "/")
        }
    }

    @Test func `a browser that Ada trusts needs no code, until she removes it`() async throws {
        try await TestSite.with { site in
            let (app, _) = try await turnOn(try await site.register("ada"), site)
            let phone = site.browser
            func enterPassword() async throws -> String? {
                _ = try await phone.open("/login")
                return try await phone.submit("/login", signIn).headers[.location]
            }
            #expect(try await enterPassword() == "/login/code")
            _ = try await phone.open("/login/code")
            _ = try await phone.submit(
                "/login/code", ["code": app.code(at: site.test.time), "trust": "on"])
            _ = try await phone.open("/")
            #expect(try await phone.submit("/logout").status == .seeOther)
            #expect(try await enterPassword() == "/")
            let page = try await phone.open("/settings/security").text
            let handle = try #require(page.firstMatch(of: #/name="id" value="([^"]+)"/#)?.1)
            let removed = try await phone.submit("/settings/security/browsers/end", ["id": String(handle)])
            #expect(removed.headers[.location] == "/settings/security?saved")
            #expect(try await phone.open("/settings/security").text.contains("No trusted browsers."))
            _ = try await phone.open("/")
            #expect(try await phone.submit("/logout").status == .seeOther)
            #expect(try await enterPassword() == "/login/code")
        }
    }

    @Test func `a recovery code signs in, and the page says how many are left`() async throws {
        try await TestSite.with { site in
            let (_, codes) = try await turnOn(try await site.register("ada"), site)
            let phone = site.browser
            _ = try await phone.open("/login")
            _ = try await phone.submit("/login", signIn)
            _ = try await phone.open("/login/code")
            #expect(try await phone.submit("/login/code", ["code": codes[0]]).headers[.location] == "/")
            #expect(try await phone.open("/settings/security").text.contains("9 of 10 left"))
            let renewed = try await phone.submit("/settings/security/codes")
            #expect(renewed.text.contains("New recovery codes") && !renewed.text.contains(codes[1]))
            let file = try await phone.submit("/settings/security/codes/file", ["code": codes[1]])
            #expect(file.headers[.contentDisposition]?.contains("recovery-codes.txt") == true)
            #expect(file.text == "Recovery codes of ada on Isntgram (localhost)\n\n\(codes[1])\n")
        }
    }

    @Test func `later than ten minutes after signing in, changes need the password`() async throws {
        try await TestSite.with { site in
            let ada = try await site.register("ada")
            _ = try await turnOn(ada, site)
            #expect(try await ada.open("/settings/security").text.contains("Your password") == false)
            site.test.time.advance(by: 10 * 60 * 1000)
            #expect(try await ada.open("/settings/security").text.contains("Your password"))
            let refused = try await ada.submit("/settings/security/app/off")
            #expect(refused.status == .forbidden && refused.text.contains("Enter your password to do this."))
            let wrong = try await ada.submit("/settings/security/app/off", ["password": "x"])
            #expect(wrong.status == .unprocessableContent)
            let off = try await ada.submit(
                "/settings/security/app/off", ["password": TestCommunity.password])
            #expect(off.headers[.location] == "/settings/security?saved")
            let page = try await ada.open("/settings/security").text
            #expect(page.contains("Set up an app") && !page.contains("Your password"))
        }
    }

    @Test func `a sign-in that waited too long begins again`() async throws {
        try await TestSite.with { site in
            let (app, _) = try await turnOn(try await site.register("ada"), site)
            let phone = site.browser
            _ = try await phone.open("/login")
            _ = try await phone.submit("/login", signIn)
            _ = try await phone.open("/login/code")
            site.test.time.advance(by: 5 * 60 * 1000)
            let late = try await phone.submit("/login/code", ["code": app.code(at: site.test.time)])
            #expect(late.status == .unauthorized && late.text.contains("longer than five minutes"))
            #expect(late.text.contains(#"action="/login""#))
            #expect(try await phone.open("/login/code").headers[.location] == "/login")
        }
    }

    @Test func `a program turns two-step verification on, signs in, and turns it off`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let password = #"{"password": "\#(TestCommunity.password)"}"#
            #expect(try await ada.send(.post, "/api/me/totp", json: "{}").status == .unprocessableContent)
            #expect(
                try await ada.send(.post, "/api/me/totp", json: #"{"password": "x"}"#).status
                    == .unprocessableContent)
            let setup = try await ada.send(.post, "/api/me/totp", json: password)
            let app = try Authenticator(try #require(setup.json["secret"] as? String))
            #expect((setup.json["uri"] as? String)?.hasPrefix("otpauth://totp/Isntgram") == true)
            #expect(try await ada.send(.get, "/api/me/security").json["twoStepSince"] is NSNull)
            let on = try await ada.send(
                .post, "/api/me/totp/confirm", json: #"{"code": "\#(app.code(at: site.test.time))"}"#)
            #expect((on.json["recoveryCodes"] as? [String])?.count == 10)
            #expect(try await ada.send(.post, "/api/me/totp", json: password).status == .conflict)
            site.test.time.advance(by: 30_000)
            let visitor = APIClient(site: site, token: nil)
            let first = try await visitor.send(
                .post, "/api/auth/login",
                json: #"{"login": "ada", "password": "\#(TestCommunity.password)"}"#)
            #expect(first.status == .unauthorized)
            #expect(first.json["type"] as? String == "/api/docs/problems/second-factor-required")
            #expect(first.json["methods"] as? [String] == ["totp", "recovery-code"])
            let ticket = try #require(first.json["ticket"] as? String)
            func complete(_ code: String) async throws -> SiteResponse {
                try await visitor.send(
                    .post, "/api/auth/second-factor",
                    json: #"{"ticket": "\#(ticket)", "code": "\#(code)"}"#)
            }
            #expect(try await complete("000000").status == .unprocessableContent)
            let second = try await complete(app.code(at: site.test.time))
            #expect(second.status == .ok && second.json["token"] is String)
            #expect(try await complete("000000").status == .unauthorized)
            let security = try await ada.send(.get, "/api/me/security")
            #expect(security.json["recoveryCodesLeft"] as? Int == 10)
            #expect(try await ada.send(.post, "/api/me/recovery-codes", json: password).status == .ok)
            #expect(try await ada.send(.delete, "/api/me/totp", json: password).status == .noContent)
            #expect(
                try await ada.send(.post, "/api/me/recovery-codes", json: password).status == .conflict)
            _ = try await site.signInAgain("ada")
        }
    }

    @Test func `a token cannot weaken the protection without the password`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            for (method, path) in [
                (.post, "/api/me/totp"), (.delete, "/api/me/totp"), (.post, "/api/me/recovery-codes"),
            ] as [(HTTPRequest.Method, String)] {
                let response = try await ada.send(method, path, json: #"{"password": ""}"#)
                #expect(response.status == .unprocessableContent, "\(method) \(path)")
            }
        }
    }
}
