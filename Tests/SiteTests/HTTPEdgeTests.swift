import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

/// Unusual requests: other methods, other origins, large bodies.
struct HTTPEdgeTests {
    private func send(
        _ site: TestSite, _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:],
        _ body: String? = nil
    ) async throws -> SiteResponse {
        try await site.client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { SiteResponse($0) }
    }

    @Test func `a client that uses a wrong method gets 405 and the allowed methods`() async throws {
        try await TestSite.with { site in
            let known = Dictionary(grouping: site.routes) {
                $0.path.description.replacing(#/\{[a-z]+\}/#, with: "x1")
            }
            for (path, routes) in known {
                let supported = Set(routes.map(\.method)).union(
                    routes.contains { $0.method == .get } ? [.head] : [])
                let allowed = supported.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
                for method in [.get, .post, .put, .patch, .delete, .trace] as [HTTPRequest.Method]
                where !supported.contains(method) {
                    let response = try await send(site, method, path)
                    #expect(response.status == .methodNotAllowed, "\(method) \(path)")
                    #expect(response.headers[.allow] == allowed, "\(method) \(path)")
                }
                let options = try await send(site, .options, path)
                #expect(options.status == .noContent && options.headers[.allow] == allowed, "\(path)")
            }
            let json = try await send(site, .put, "/api/explore")
            #expect(json.status == .methodNotAllowed && json.headers[.allow] == "GET, HEAD, OPTIONS")
            #expect(json.headers[.contentType] == "application/problem+json")
            let page = try await send(site, .delete, "//login/")
            #expect(page.status == .methodNotAllowed && page.headers[.allow] == "GET, HEAD, OPTIONS, POST")
            #expect(try await send(site, .put, "/no/such/page").status == .notFound)
        }
    }

    @Test func `a client gets 413 for a body over the limit, with or without a Content-Length`() async throws
    {
        try await TestSite.with { site in
            let large = String(repeating: " ", count: WebContext.bodyLimit + 1)
            let response = try await send(
                site, .post, "/api/auth/login", [.contentType: "application/json"], large)
            #expect(response.status == .contentTooLarge)
            let report = ErrorReport(
                Problem(
                    reportedTo: QuietLogHandler.logger("x"),
                    NIOTooManyBytesError(maxBytes: WebContext.bodyLimit),
                    failures: site.test.community.failures),
                requestID: "")
            #expect(report.status == .contentTooLarge && report.detail.contains("192 KiB"))
        }
    }

    // MARK: - Cross-site requests

    private func name(_ text: String) throws -> HTTPField.Name { try #require(HTTPField.Name(text)) }

    @Test func `Ada's browser can write only from pages of the site`() async throws {
        try await TestSite.with { site in
            let browser = site.browser
            try await browser.register("ada")
            let cookie: HTTPFields = [
                .cookie: "session=\(browser.cookies["session"] ?? "")", .contentType: "application/json",
            ]
            let fetchSite = try name("sec-fetch-site")
            let right: [HTTPFields] = [
                [fetchSite: "same-origin"], [.origin: "http://localhost"],
                [.referer: "http://localhost/settings"],
            ]
            let wrong: [HTTPFields] = [
                [:], [fetchSite: "same-site"], [fetchSite: "cross-site", .origin: "http://localhost"],
                [.origin: "null"], [.origin: "http://evil.example"], [.origin: "http://localhost:81"],
                [.referer: "http://evil.example/localhost"], [.referer: "http://localhost.evil.example/"],
                [.referer: "http://localhost"], [.referer: ""],
            ]
            for (sources, status) in [(right, HTTPResponse.Status.ok), (wrong, .forbidden)] {
                for source in sources {
                    var headers = cookie
                    for field in source { headers[field.name] = field.value }
                    let response = try await send(site, .put, "/api/profile", headers, #"{"bio": "x"}"#)
                    #expect(response.status == status, "\(source)")
                }
            }
            // A form has a CSRF token.
            #expect(try await browser.submit("/settings/profile", ["fullName": "Ada"]).status == .seeOther)
            #expect(
                try await browser.submit(
                    "/settings/profile", ["fullName": "Ada"], headers: [fetchSite: "cross-site"]
                )
                .status == .forbidden)
            // A bearer token needs no check, because browsers do not add it to requests.
            let client = try await site.apiClient("grace")
            #expect(try await client.send(.put, "/api/profile", json: #"{"bio": "x"}"#).status == .ok)
        }
    }
}
