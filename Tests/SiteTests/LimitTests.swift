import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

/// Rate limits and sign-in limits.
struct LimitTests {
    /// Expects that `count` requests pass, and that the next one gets 429 and Retry-After.
    private func expectLimit(
        _ count: Int, wait: ClosedRange<Int>, _ send: () async throws -> SiteResponse
    ) async throws {
        for number in 1...count {
            let status = try await send().status
            #expect(status != .tooManyRequests, "number \(number)")
        }
        let refused = try await send()
        #expect(refused.status == .tooManyRequests && refused.text.contains("Try again in"))
        #expect(
            wait.contains(Int(refused.headers[.retryAfter] ?? "") ?? 0),
            "\(refused.headers[.retryAfter] ?? "")")
    }

    private func limits(_ kind: RateLimits.Kind, _ count: Int, _ seconds: Int) -> RateLimits {
        var limits = RateLimits()
        for other in RateLimits.Kind.allCases { limits[other] = RateLimit(count: 10_000, seconds: 10) }
        limits[kind] = RateLimit(count: count, seconds: seconds)
        return limits
    }

    @Test func `sign-ins and registrations from one client address are limited`() async throws {
        try await TestSite.with(limits: limits(.signIn, 10, 300)) { site in
            let client = APIClient(site: site, token: nil)
            try await expectLimit(10, wait: 1...30) {
                try await client.send(
                    .post, "/api/auth/login", json: #"{"login": "x", "password": "\#(UUID())"}"#)
            }
            // The header is ignored here, so the limit of the same client applies.
            let forwarded = try await client.send(
                .post, "/api/auth/login", json: "{}",
                headers: [try #require(HTTPField.Name("x-forwarded-for")): "203.0.113.9"])
            #expect(
                forwarded.status == .tooManyRequests,
                "without a connection, no trusted proxy vouches for the header")
            site.test.time.advance(by: 30_000)
            #expect(
                try await client.send(.post, "/api/auth/login", json: "{}").status == .unprocessableContent)
        }
        try await TestSite.with(limits: limits(.register, 5, 1800)) { site in
            let client = APIClient(site: site, token: nil)
            try await expectLimit(5, wait: 1...360) {
                try await client.send(.post, "/api/auth/register", json: "{}")
            }
        }
    }

    // MARK: - All limited routes

    /// Other ways to write a path.
    private enum Spelling: CaseIterable {
        case trailingSlash, doubledSlash, encodedLetter

        func apply(to path: String) -> String {
            switch self {
            case .trailingSlash: return path + "/"
            case .doubledSlash: return "/" + path.replacing("/", with: "//")
            case .encodedLetter:
                let index = path.index(after: path.lastIndex(of: "/") ?? path.startIndex)
                let code = String(path.utf8[index], radix: 16)
                return String(path[..<index]) + "%\(code)" + String(path[path.index(after: index)...])
            }
        }
    }

    /// Returns a function that sends requests to a route as a client with access: a browser with a session,
    /// or an API client with a token.
    private func sender(for route: Route, on site: TestSite, _ ada: Viewer) async throws -> (String)
        async throws -> SiteResponse
    {
        let credentials = site.test.community.credentials
        if route.errors == .json || route.audience == .unauthenticated {
            let token = try await credentials.createToken(name: "x", scopes: .all, by: ada).secret.text
            let client = APIClient(site: site, token: route.audience == .member ? token : nil)
            return { try await client.send(route.method, $0, json: route.method == .get ? nil : "{}") }
        }
        let browser = site.browser
        if route.audience == .member {
            let account = try await site.test.community.accounts.find(username: ada.username)
            browser.cookies["session"] = try await credentials.issue(
                .session, to: account, scopes: .all, name: ""
            ).secret.text
        }
        _ = try await browser.open(route.audience == .member ? "/create" : "/login")
        return { try await route.method == .get ? browser.open($0) : browser.submit($0) }
    }

    @Test func `every limited route counts each request, with every spelling of its path`() async throws {
        let seconds = 60
        var limits = limits(.anonymous, 10_000, 10)
        let counted: Set<RateLimits.Kind> = [
            .signIn, .register, .photoFiles, .healthChecks, .uploads, .posts, .comments, .likes, .follows,
            .searches,
            .exports, .newTokens,
        ]
        for kind in counted {
            limits[kind] = RateLimit(count: 2, seconds: seconds)
        }
        try await TestSite.with(limits: limits) { site in
            let ada = try await site.test.member("ada")
            let limited = site.routes.filter { !$0.limits.isEmpty }
            #expect(Set(limited.flatMap(\.limits)) == counted)
            for route in limited {
                let path = route.path.description.replacing(#/\{[a-z]+\}/#, with: "nobody")
                let send = try await sender(for: route, on: site, ada)
                for spelling in Spelling.allCases {
                    site.test.time.advance(by: Int64(seconds) * 1000)
                    let other = spelling.apply(to: path)
                    let name = "\(route.method) \(other)"
                    let passed = [try await send(path), try await send(other)]
                    #expect(passed.allSatisfy { $0.status != .tooManyRequests }, "\(name)")
                    let refused = try await send(path)
                    #expect(
                        refused.status == .tooManyRequests && refused.text.contains("Try again in"), "\(name)"
                    )
                    #expect((1...seconds).contains(Int(refused.headers[.retryAfter] ?? "") ?? 0), "\(name)")
                    #expect(try await send(other).status == .tooManyRequests, "\(name)")
                }
            }
        }
    }

    @Test func `every request of a visitor is counted, except for static files`() async throws {
        for path in ["/api/explore", "/api/nowhere", "/no/such/page", "/about", "//about/"] {
            try await TestSite.with(limits: limits(.anonymous, 3, 300)) { site in
                func get(_ path: String) async throws -> SiteResponse {
                    try await site.client.execute(uri: path, method: .get) { SiteResponse($0) }
                }
                try await expectLimit(3, wait: 1...100) { try await get(path) }
                for uncounted in ["/livez", "/robots.txt", "/favicon.svg", "/service-worker.js"] {
                    #expect(try await get(uncounted).status == .ok, "\(uncounted)")
                }
            }
        }
    }

    @Test func `requests of visitors and of tokens are limited`() async throws {
        try await TestSite.with(limits: limits(.anonymous, 30, 300)) { site in
            let client = APIClient(site: site, token: nil)
            try await expectLimit(30, wait: 1...10) { try await client.send(.get, "/api/explore") }
            #expect(
                try await client.send(.get, "/livez").status == .ok,
                "/livez is not counted")
        }
        try await TestSite.with(limits: limits(.token, 20, 300)) { site in
            let ada = try await site.apiClient("ada")
            try await expectLimit(20, wait: 1...15) { try await ada.send(.get, "/api/me") }
            _ = try await site.apiClient("grace").send(.get, "/api/me")
        }
    }

    @Test func `Ada can unlike a post after she has reached the limit of likes`() async throws {
        try await TestSite.with(limits: limits(.likes, 4, 3600)) { site in
            let ada = try await site.apiClient("ada")
            try await expectLimit(4, wait: 1...900) { try await ada.send(.post, "/api/posts/5/like") }
            #expect(try await ada.send(.delete, "/api/posts/5/like").status == .notFound)
        }
    }

    @Test func `requests of one session and of invalid tokens are limited`() async throws {
        try await TestSite.with(limits: limits(.session, 20, 300)) { site in
            let browser = site.browser
            try await browser.register("ada")
            // Only the last request of `register` had a session.
            try await expectLimit(19, wait: 1...15) { try await browser.open("/") }
            _ = try await site.apiClient("grace").send(.get, "/api/me")
        }
        try await TestSite.with(limits: limits(.anonymous, 5, 300)) { site in
            _ = try await site.apiClient("ada")
            let guesser = APIClient(site: site, token: "isnt_none")
            try await expectLimit(4, wait: 1...60) { try await guesser.send(.get, "/api/me") }
        }
    }

    @Test func `a request with photos counts as an upload, and a request with upload ids does not`()
        async throws
    {
        try await TestSite.with(limits: limits(.uploads, 1, 1800)) { site in
            let ada = try await site.apiClient("ada")
            let postByID = { try await ada.send(.post, "/api/posts", json: #"{"uploads": ["5"]}"#) }
            for _ in 0..<3 { #expect(try await postByID().status != .tooManyRequests) }
            try await expectLimit(1, wait: 1...1800) {
                try await ada.upload("/api/posts", [.text("caption", "x")])
            }
            let browser = site.browser
            try await browser.register("grace")
            try await expectLimit(1, wait: 1...1800) { try await browser.upload("/create", []) }
        }
    }

    @Test func `a signed-in client that guesses the password is stopped`() async throws {
        try await TestSite.with(limits: limits(.wrongPasswords, 3, 3600)) { site in
            let ada = try await site.apiClient("ada")
            func setEmail(_ password: String) async throws -> SiteResponse {
                try await ada.send(
                    .put, "/api/me/email", json: #"{"email": "ada@new.org", "password": "\#(password)"}"#
                )
            }
            #expect(try await setEmail(TestCommunity.password).status == .ok)
            try await expectLimit(3, wait: 1...1200) { try await setEmail("wrong") }
            #expect(try await setEmail(TestCommunity.password).status == .tooManyRequests)
            // All routes that require the password share one limit.
            for (method, path, json) in [
                (
                    .put, "/api/me/password",
                    #"{"currentPassword": "x", "newPassword": "another horse battery"}"#
                ),
                (.delete, "/api/me", #"{"password": "x"}"#),
            ] as [(HTTPRequest.Method, String, String)] {
                #expect(try await ada.send(method, path, json: json).status == .tooManyRequests, "\(path)")
            }
        }
    }

    @Test func `wrong passwords from many addresses block new clients, but not Ada's known browser`()
        async throws
    {
        try await TestSite.with(limits: limits(.accountFailedSignIns, 3, 3600)) { site in
            let owner = site.browser
            try await owner.register("ada")
            _ = try await owner.submit("/logout")
            let forwarded = try #require(HTTPField.Name("x-forwarded-for"))
            let guesser = APIClient(site: site, token: nil)
            for (number, login) in ["ada", "ADA@example.org", "ada@example.org"].enumerated() {
                let response = try await guesser.send(
                    .post, "/api/auth/login", json: #"{"login": "\#(login)", "password": "wrong"}"#,
                    headers: [forwarded: "203.0.113.\(number)"])
                #expect(response.status == .unauthorized)
            }
            let right = #"{"login": "ada", "password": "\#(TestCommunity.password)"}"#
            #expect(try await guesser.send(.post, "/api/auth/login", json: right).status == .tooManyRequests)
            _ = try await owner.open("/login")
            let back = try await owner.submit("/login", ["login": "ada", "password": TestCommunity.password])
            #expect(back.status == .seeOther, "\(back.text)")
            let visitor = site.browser
            _ = try await visitor.open("/login")
            // A cookie without a valid signature has no effect.
            visitor.cookies["browser"] = "a.b"
            let refused = try await visitor.submit(
                "/login", ["login": "ada", "password": TestCommunity.password])
            #expect(refused.status == .tooManyRequests)
        }
    }

    @Test func `a visitor cannot submit a form with a cookie that another host has set`() async throws {
        try await TestSite.with { site in
            let browser = site.browser
            _ = try await browser.open("/login")
            let planted = Secret("planted")
            browser.cookies["visitor"] = planted.text
            let response = try await browser.submit(
                "/login", ["login": "ada", "password": "x"], token: planted.formToken)
            #expect(response.status == .forbidden)
            _ = try await browser.open("/login")
            #expect(browser.cookies["visitor"] != planted.text, "the site replaces the cookie")
            #expect(
                try await browser.submit("/login", ["login": "ada", "password": "x"]).status == .unauthorized)
        }
    }

    @Test func `failed sign-ins to one account are limited for each client address`()
        async throws
    {
        try await TestSite.with(limits: limits(.failedSignIns, 3, 3600)) { site in
            _ = try await site.apiClient("ada")
            let client = APIClient(site: site, token: nil)
            func signIn(_ password: String) async throws -> SiteResponse {
                try await client.send(
                    .post, "/api/auth/login", json: #"{"login": "ada", "password": "\#(password)"}"#)
            }
            #expect(try await signIn(TestCommunity.password).status == .ok)
            try await expectLimit(3, wait: 1...1200) { try await signIn("wrong") }
            #expect(try await signIn(TestCommunity.password).status == .tooManyRequests, "from this address")
        }
    }

    @Test func `sign-ins with different spellings of one email address are counted together`() async throws {
        try await TestSite.with(limits: limits(.failedSignIns, 3, 3600)) { site in
            let client = APIClient(site: site, token: nil)
            let spellings = [
                "jos\u{E9}@b\u{FC}cher.example", "JOSE\u{301}@bu\u{308}cher.example",
                "jos\u{E9}@xn--bcher-kva.example",
                " Jos\u{E9}@B\u{DC}CHER.example",
            ]
            var statuses: [Int] = []
            for login in spellings {
                let body = #"{"login": "\#(login)", "password": "wrong"}"#
                statuses.append(try await client.send(.post, "/api/auth/login", json: body).status.code)
            }
            #expect(statuses == [401, 401, 401, 429])
        }
    }
}
