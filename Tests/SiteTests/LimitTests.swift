import Core
import Foundation
import HTTPTypes
import Hummingbird
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

    @Test func `uploads, posts, likes and follows of one account`() async throws {
        try await TestSite.with(limits: limits(.uploads, 3, 1800)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(3, wait: 1...600) { try await ada.upload("/api/media", [.text("x", "y")]) }
        }
        try await TestSite.with(limits: limits(.posts, 3, 3600)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(3, wait: 1...1200) { try await ada.send(.post, "/api/posts", json: "{}") }
        }
        try await TestSite.with(limits: limits(.likes, 4, 3600)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(4, wait: 1...900) { try await ada.send(.post, "/api/posts/5/like") }
            #expect(try await ada.send(.delete, "/api/posts/5/like").status == .notFound, "taking back is not counted")
        }
        try await TestSite.with(limits: limits(.follows, 4, 3600)) { site in
            let ada = try await site.program("ada")
            try await expectLimit(4, wait: 1...900) { try await ada.send(.post, "/api/users/nobody/follow") }
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
