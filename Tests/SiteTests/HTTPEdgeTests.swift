import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

/// What HTTP says at its edges: methods, origins, bodies.
struct HTTPEdgeTests {
    private func ask(
        _ site: TestSite, _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:],
        _ body: String? = nil
    ) async throws -> SiteResponse {
        try await site.client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { SiteResponse($0) }
    }

    @Test func `every route answers other methods with those that it takes`() async throws {
        try await TestSite.with { site in
            let known = Dictionary(grouping: site.routes) {
                $0.path.description.replacing(#/\{[a-z]+\}/#, with: "x1")
            }
            for (path, routes) in known {
                let taken = Set(routes.map(\.method)).union(
                    routes.contains { $0.method == .get } ? [.head] : [])
                let allowed = taken.union([.options]).map(\.rawValue).sorted().joined(separator: ", ")
                for method in [.get, .post, .put, .patch, .delete, .trace] as [HTTPRequest.Method]
                where !taken.contains(method) {
                    let response = try await ask(site, method, path)
                    #expect(response.status == .methodNotAllowed, "\(method) \(path)")
                    #expect(response.headers[.allow] == allowed, "\(method) \(path)")
                }
                let options = try await ask(site, .options, path)
                #expect(options.status == .noContent && options.headers[.allow] == allowed, "\(path)")
            }
            let visitor = try await ask(site, .put, "/api/explore")
            #expect(visitor.status == .methodNotAllowed && visitor.headers[.allow] == "GET, HEAD, OPTIONS")
            #expect(visitor.headers[.contentType] == "application/problem+json")
            let page = try await ask(site, .delete, "//login/")
            #expect(page.status == .methodNotAllowed && page.headers[.allow] == "GET, HEAD, OPTIONS, POST")
            #expect(try await ask(site, .put, "/no/such/page").status == .notFound)
        }
    }

    @Test func `a body in chunks over the limit is too large, as one that says its length is`() async throws {
        try await TestSite.with { site in
            let large = String(repeating: " ", count: WebContext.bodyLimit + 1)
            let response = try await ask(
                site, .post, "/api/auth/login", [.contentType: "application/json"], large)
            #expect(response.status == .contentTooLarge)
            let report = ErrorReport(
                Problem(seenBy: QuietLog.logger("x"), NIOTooManyBytesError(maxBytes: WebContext.bodyLimit)),
                requestID: "")
            #expect(report.status == .contentTooLarge && report.detail.contains("160 KiB"))
        }
    }

    // MARK: - Writes that come with cookies

    private func name(_ text: String) throws -> HTTPField.Name { try #require(HTTPField.Name(text)) }

    @Test func `a write with a cookie shows where it comes from`() async throws {
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
                    let response = try await ask(site, .put, "/api/profile", headers, #"{"bio": "x"}"#)
                    #expect(response.status == status, "\(source)")
                }
            }
            // A form has a token of its own.
            #expect(try await browser.submit("/settings/profile", ["fullName": "Ada"]).status == .seeOther)
            #expect(
                try await browser.submit(
                    "/settings/profile", ["fullName": "Ada"], headers: [fetchSite: "cross-site"]
                )
                .status == .forbidden)
            // Nobody's browser adds a token to a request.
            let token = try await site.apiClient("grace")
            #expect(try await token.send(.put, "/api/profile", json: #"{"bio": "x"}"#).status == .ok)
        }
    }
}
