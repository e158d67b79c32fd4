import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

struct LimitTests {
    /// So many pass, and the next is told when to come again.
    private func expectLimit(
        _ count: Int, wait: ClosedRange<Int>, _ send: () async throws -> Answer
    ) async throws {
        for number in 1...count {
            let status = try await send().status
            #expect(status != .tooManyRequests, "number \(number)")
        }
        let refused = try await send()
        #expect(refused.status == .tooManyRequests && refused.text.contains("Try again in"))
        #expect(wait.contains(Int(refused.headers[.retryAfter] ?? "") ?? 0), "\(refused.headers[.retryAfter] ?? "")")
    }

    private func limits(_ kind: RateLimits.Kind, _ count: Int, _ seconds: Int) -> RateLimits {
        var limits = RateLimits()
        for other in RateLimits.Kind.allCases { limits[other] = RateLimit(count: 10_000, seconds: 10) }
        limits[kind] = RateLimit(count: count, seconds: seconds)
        return limits
    }

    @Test func `sign-ins and registrations from one address`() async throws {
        try await TestSite.with(limits: limits(.signIn, 10, 300)) { site in
            let client = Program(site: site, token: nil)
            try await expectLimit(10, wait: 1...30) {
                try await client.send(.post, "/api/auth/login", json: "{\"login\": \"x\", \"password\": \"\(UUID())\"}")
            }
            // Another address has limits of its own.
            let other = try await client.send(
                .post, "/api/auth/login", json: "{}", headers: [try #require(HTTPField.Name("x-forwarded-for")): "203.0.113.9"])
            #expect(other.status == .tooManyRequests, "without a connection there is nobody to vouch for the header")
            site.test.time.advance(by: 30_000)
            #expect(try await client.send(.post, "/api/auth/login", json: "{}").status == .unprocessableContent)
        }
        try await TestSite.with(limits: limits(.register, 5, 1800)) { site in
            let client = Program(site: site, token: nil)
            try await expectLimit(5, wait: 1...360) { try await client.send(.post, "/api/auth/register", json: "{}") }
        }
    }

    // MARK: - Every route that says it is limited

    /// How a path may be written, and whether it then still leads to its route.
    private enum Spelling: CaseIterable {
        case slashAtTheEnd, doubledSlash, encodedLetter

        func spell(_ path: String) -> String {
            switch self {
            case .slashAtTheEnd: return path + "/"
            case .doubledSlash: return "/" + path.replacing("/", with: "//")
            case .encodedLetter:
                let place = path.index(after: path.lastIndex(of: "/") ?? path.startIndex)
                let code = String(path.utf8[place], radix: 16)
                return String(path[..<place]) + "%\(code)" + String(path[path.index(after: place)...])
            }
        }
    }

    /// Whoever may come to the route sends it something: a browser by its session, a program by its token.
    private func sender(for route: Route, on site: TestSite, _ ada: Viewer) async throws -> (String) async throws -> Answer {
        let credentials = site.test.community.credentials
        if route.errors == .json {
            let token = try await credentials.createToken(name: "x", scopes: .all, by: ada).secret.text
            let client = Program(site: site, token: route.audience == .member ? token : nil)
            return { try await client.send(route.method, $0, json: "{}") }
        }
        let browser = site.browser
        if route.audience == .member {
            let account = try await site.test.community.accounts.find(username: ada.username)
            browser.cookies["session"] = try await credentials.issue(.session, to: account, scopes: .all, name: "").secret.text
        }
        _ = try await browser.open(route.audience == .member ? "/create" : "/login")
        return { try await browser.submit($0) }
    }

    @Test func `every limited route counts each request, however its path is spelled`() async throws {
        let seconds = 60
        var limits = limits(.anonymous, 10_000, 10)
        for kind in [.signIn, .register, .uploads, .posts, .likes, .follows] as [RateLimits.Kind] {
            limits[kind] = RateLimit(count: 2, seconds: seconds)
        }
        try await TestSite.with(limits: limits) { site in
            let ada = try await site.test.member("ada")
            let limited = site.routes.filter { !$0.limits.isEmpty }
            #expect(Set(limited.flatMap(\.limits)) == [.signIn, .register, .uploads, .posts, .likes, .follows])
            for route in limited {
                let path = route.path.description.replacing(#/\{[a-z]+\}/#, with: "nobody")
                let send = try await sender(for: route, on: site, ada)
                for spelling in Spelling.allCases {
                    site.test.time.advance(by: Int64(seconds) * 1000)
                    let other = spelling.spell(path)
                    let name = "\(route.method) \(other)"
                    let passed = [try await send(path), try await send(spelling == .encodedLetter ? path : other)]
                    #expect(passed.allSatisfy { $0.status != .tooManyRequests }, "\(name)")
                    let refused = try await send(path)
                    #expect(refused.status == .tooManyRequests && refused.text.contains("Try again in"), "\(name)")
                    #expect((1...seconds).contains(Int(refused.headers[.retryAfter] ?? "") ?? 0), "\(name)")
                    let last = try await send(other)
                    if spelling == .encodedLetter {
                        // The router does not read it as the same path: it leads nowhere, or to the route that takes
                        // any name there (of an upload). The handler of the limited route is not reached.
                        let isOther = ["page", "upload"].contains { last.text.contains("This \($0) does not exist") }
                        #expect(last.status == .notFound && isOther, "\(name)")
                    } else {
                        #expect(last.status == .tooManyRequests, "\(name)")
                    }
                }
            }
        }
    }

    @Test func `requests of strangers are counted wherever they lead, but for fixed files`() async throws {
        for path in ["/api/explore", "/api/nowhere", "/no/such/page", "/about", "//about/"] {
            try await TestSite.with(limits: limits(.anonymous, 3, 300)) { site in
                func get(_ path: String) async throws -> Answer {
                    try await site.client.execute(uri: path, method: .get) { Answer($0) }
                }
                try await expectLimit(3, wait: 1...100) { try await get(path) }
                for free in ["/livez", "/robots.txt", "/favicon.svg", "/service-worker.js"] {
                    #expect(try await get(free).status == .ok, "\(free)")
                }
            }
        }
    }

    @Test func `requests of strangers and of tokens`() async throws {
        try await TestSite.with(limits: limits(.anonymous, 30, 300)) { site in
            let client = Program(site: site, token: nil)
            try await expectLimit(30, wait: 1...10) { try await client.send(.get, "/api/explore") }
            #expect(try await client.send(.get, "/livez").status == .ok, "whoever watches over the server is not counted")
        }
        try await TestSite.with(limits: limits(.token, 20, 300)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(20, wait: 1...15) { try await ada.send(.get, "/api/me") }
            _ = try await site.program("grace").send(.get, "/api/me")
        }
    }

    @Test func `taking a like back is not counted`() async throws {
        try await TestSite.with(limits: limits(.likes, 4, 3600)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(4, wait: 1...900) { try await ada.send(.post, "/api/posts/5/like") }
            #expect(try await ada.send(.delete, "/api/posts/5/like").status == .notFound)
        }
    }

    @Test func `failed sign-ins to one account slow down and end, and do not lock its owner out`() async throws {
        try await TestSite.with(limits: limits(.failedSignIns, 3, 3600)) { site in
            _ = try await site.program("ada")
            let client = Program(site: site, token: nil)
            func signIn(_ password: String) async throws -> Answer {
                try await client.send(.post, "/api/auth/login", json: "{\"login\": \"ada\", \"password\": \"\(password)\"}")
            }
            #expect(try await signIn(TestCommunity.password).status == .ok)
            try await expectLimit(3, wait: 1...1200) { try await signIn("wrong") }
            #expect(try await signIn(TestCommunity.password).status == .tooManyRequests, "from this address")
        }
    }

    @Test(arguments: [("10/5m", 10, 300), ("1/h", 1, 3600), ("300/300s", 300, 300)])
    func `limits are written as numbers and times`(_ text: String, _ count: Int, _ seconds: Int) {
        #expect(RateLimit(text) == RateLimit(count: count, seconds: seconds))
        #expect(RateLimit(RateLimit(count: count, seconds: seconds).description) == RateLimit(count: count, seconds: seconds))
    }

    @Test(arguments: ["", "10", "0/5m", "10/", "10/5d", "x/5m", "10/0m", "1/2/3"])
    func `anything else is none`(_ text: String) { #expect(RateLimit(text) == nil) }

    @Test(arguments: [
        ("127.0.0.1", "203.0.113.9", "cb.0.71.9"), ("127.0.0.1", "1.2.3.4, 203.0.113.9", "cb.0.71.9"),
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "cb.0.71.9"), ("198.51.100.1", "203.0.113.9", "c6.33.64.1"),
        ("127.0.0.1", "junk", "7f.0.0.1"), ("127.0.0.1", nil, "7f.0.0.1"),
        ("::ffff:127.0.0.1", "2001:db8:1:2:3:4:5:6", "20.1.d.b8.0.1.0.2"), ("2001:db8:1:2::9", nil, "20.1.d.b8.0.1.0.2"),
    ])
    func `a proxy's word is taken where it is trusted`(_ remote: String, _ forwarded: String?, _ key: String) throws {
        let proxies = try #require(TrustedProxies("127.0.0.1, 10.0.0.0/8"))
        #expect(proxies.clientKey(of: try .init(ipAddress: remote, port: 1), forwarded: forwarded) == key)
        #expect(TrustedProxies("10.0.0.0/33") == nil && TrustedProxies("nowhere") == nil && TrustedProxies("1.2.3.4/8/9") == nil)
        #expect(TrustedProxies.none.clientKey(of: nil, forwarded: nil) == "unknown")
    }
}
