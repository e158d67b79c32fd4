import Core
import HTTPTypes
import Hummingbird
import Logging
import MediaStorage
import NIOCore
import Storage
import TestSupport
import Testing

@testable import Web

struct WebTests {
    @Test func `byte ranges are parsed as RFC 9110 specifies`() {
        let cases: [(String?, ByteRange)] = [
            (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=5-", .part(5..<100)),
            ("bytes=-10", .part(90..<100)),
            ("bytes=-500", .part(0..<100)), ("bytes=90-500", .part(90..<100)), ("bytes=100-", .unsatisfiable),
            ("bytes=100-200", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=5-2", .whole),
            ("bytes=-", .whole),
            ("bytes=0-1,3-4", .whole), ("bytes=a-b", .whole), ("items=0-1", .whole),
            ("bytes=99999999999999999999-", .whole),
        ]
        for (field, range) in cases {
            #expect(ByteRange.parse(field, size: 100) == range, "\(field ?? "nil")")
        }
        let etag = #""a""#
        #expect(ByteRange.matches(#"W/"a", "b""#, etag: etag) && ByteRange.matches("*", etag: etag))
        #expect(!ByteRange.matches(#""b""#, etag: etag))
    }

    @Test func `URL-encoded forms are decoded as browsers encode them`() {
        let fields = URLEncodedForm.parse("a=1+2&b=%C3%A4%26&a=%&c&=x&d=%zz&e=%+A&f=%-1&g=%4")
        #expect(fields.map(\.name) == ["a", "b", "a", "c", "", "d", "e", "f", "g"])
        #expect(fields.map(\.value) == ["1 2", "ä&", "%", "", "x", "%zz", "% A", "%-1", "%4"])
    }

    @Test func `JSON strings are escaped`() {
        struct Item: JSONWritable {
            func write(to json: inout JSONText) {
                json.object { json in
                    json.field("a", "\"\\\n\u{1}\u{1F}/ä")
                    json.field("b", -7)
                    json.field("c", orNull: nil)
                    json.field("d", [Item.Inner(), Item.Inner()])
                    json.field("e", true)
                }
            }
            struct Inner: JSONWritable {
                func write(to json: inout JSONText) { json.object { $0.field("x", orNull: "y") } }
            }
        }
        var json = JSONText()
        Item().write(to: &json)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"a":"\"\\\n\u0001\u001f/ä","b":-7,"c":null,"d":[{"x":"y"},{"x":"y"}],"e":true}"#)
    }

    @Test func `the photo cache is bounded and evicts photos that are not requested`() throws {
        let cache = MediaCache(capacity: 1000)
        let keys = try (0..<20).map { _ in
            try #require(MediaKey(prefix: MediaPrefix.random().description, name: "1.jpg"))
        }
        for key in keys {
            cache.store(ByteBuffer(repeating: 1, count: 100), for: key, ifGenerationIs: 0)
            #expect(cache.find(keys[0]).bytes != nil)
            #expect(cache.byteCount <= 1000)
        }
        #expect(cache.find(keys[1]).bytes == nil)
        cache.store(ByteBuffer(repeating: 1, count: 600 * 1024), for: keys[1], ifGenerationIs: 0)
        #expect(cache.find(keys[1]).bytes == nil)
        cache.remove([keys[0].prefix])
        #expect(cache.find(keys[0]).bytes == nil)
        cache.store(ByteBuffer(repeating: 1, count: 100), for: keys[0], ifGenerationIs: 0)
        #expect(
            cache.find(keys[0]).bytes == nil, "a file that was read before a deletion is not cached after it")
    }

    @Test func `a base URL is an origin without a path`() throws {
        #expect(try #require(Site(baseURL: "https://a.example/")).baseURL == "https://a.example")
        #expect(try #require(Site(baseURL: "https://a.example:8443")).isSecure)
        #expect(try #require(Site(baseURL: "http://[::1]:8080")).baseURL == "http://[::1]:8080")
        for text in [
            "", "a.example", "ftp://a.example", "https://", "https://a.example/b", "http://::1:8080",
            "http://[::1", "https://a.example?b", "https://ada@a.example",
        ] {
            #expect(Site(baseURL: text) == nil)
        }
    }

    @Test func `a site with HTTPS accepts no origin without HTTPS`() throws {
        for (base, origin, isAccepted) in [
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "https://b.example", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "http://b.example", false),
            ("http://a.example", "http://b.example", true), ("http://a.example", "http://c.example", false),
        ] {
            let crossSiteGuard = CrossSiteGuard(
                site: try #require(Site(baseURL: base)), handlersCheckForms: false)
            let request = Request(
                head: .init(
                    method: .post, scheme: "http", authority: "b.example", path: "/",
                    headerFields: [.origin: origin, .cookie: "x=y"]), body: .init(buffer: ByteBuffer()))
            #expect(crossSiteGuard.isSameSite(request) == isAccepted, "\(origin) at \(base)")
        }
    }

    @Test func `other hosts of the domain need HTTPS only if the administrator says so`() throws {
        for (base, setting, header) in [
            ("https://a.example", .on, "max-age=31536000"),
            ("https://a.example", .subdomains, "max-age=31536000; includeSubDomains"),
            ("https://a.example", .off, nil), ("http://a.example", .on, nil),
            ("http://a.example", .subdomains, nil),
        ] as [(String, TransportSecurity, String?)] {
            let site = try #require(Site(baseURL: base, transportSecurity: setting))
            var fields = HTTPFields()
            StandardHeaders(site: site).add(to: &fields)
            #expect(fields[.strictTransportSecurity] == header, "\(base) \(setting)")
        }
        #expect(try #require(Site(baseURL: "https://a.example")).transportSecurity == .on)
    }

    @Test func `over HTTPS the session cookie is secure and limited to the host`() async throws {
        let site = try #require(Site(baseURL: "https://a.example"))
        let cookies = try await TestCommunity.with { SiteCookies(site: site, signer: $0.community.signer) }
        var response = Response(status: .ok)
        cookies.setSession(Secret("x"), on: &response)
        #expect(
            response.headers[.setCookie]
                == "__Host-session=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure")
    }

    @Test func `an error report does not reveal the details of an unexpected error`() {
        struct Inner: Error {}
        let logger = Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() }
        let failures = ThrottledLog(interval: 1, clock: .system)
        let report = ErrorReport(
            Problem(reportedTo: logger, Inner(), failures: failures), requestID: "42")
        #expect(
            report.status == .internalServerError && report.problem.kind == .unexpected
                && report.detail.contains("42")
                && !report.detail.contains("Inner"))
        for (error, status) in [
            (StorageError.busy, .serviceUnavailable), (StorageError.full, .serviceUnavailable),
            (MediaError("x", isDiskFull: true), .serviceUnavailable),
            (HTTPError(.badRequest), .badRequest),
            (HTTPError(.notFound), .notFound), (Problem(.tooMany(retryAfter: 7), "x"), .tooManyRequests),
            (MultipartError.tooManyFields(limit: 1), .badRequest),
            (MultipartError.fieldTooLarge(name: "a", limit: 1), .contentTooLarge),
        ] as [(any Error, HTTPResponse.Status)] {
            let problem = Problem(reportedTo: logger, error, failures: failures)
            #expect(ErrorReport(problem, requestID: "").status == status)
        }
    }
}
