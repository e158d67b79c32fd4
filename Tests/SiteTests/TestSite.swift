import API
import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Imaging
import Logging
import NIOCore
import TestSupport
import Testing
import Web

@testable import App

/// The whole site with its real router, without network connections.
struct TestSite {
    let test: TestCommunity
    let client: any TestClientProtocol
    /// Every route, with its requirements.
    let routes: [Route]
    /// The OpenAPI document.
    let schema: JSONSchema

    static func with<Result: Sendable>(
        limits: RateLimits = .off, registration: RegistrationPolicy = .open, isDemo: Bool = false,
        processor: PhotoProcessor? = nil, uploadLimits: UploadLimits = UploadLimits(),
        minFreeSpace: Int64 = 0, logger: Logger = QuietLogHandler.logger("site"),
        _ body: @escaping @Sendable (TestSite) async throws -> Result
    ) async throws -> Result {
        try await TestCommunity.with(
            limits: limits, registration: registration, processor: processor, uploadLimits: uploadLimits
        ) { test in
            let origin = Site(baseURL: "http://localhost")
            let site = try #require(origin)
            var application = SiteApplication(
                community: test.community, site: site, uploads: test.uploads, logger: logger)
            application.isDemo = isDemo
            // Other tests keep the machine busy, and no test depends on how fast it is.
            application.readinessTimeout = .seconds(300)
            application.space = FreeSpace(in: test.folder, minimum: minFreeSpace)
            application.proxies = try #require(TrustedProxies("127.0.0.1"))
            let routes = application.routes
            let schema = try JSONSchema(openAPI: OpenAPI.document(of: Operations.all(in: routes)))
            return try await application.listening(on: "127.0.0.1", port: 0).test(.router) { client in
                try await body(TestSite(test: test, client: client, routes: routes, schema: schema))
            }
        }
    }

    /// Registers a member and returns an API client with a token of that member.
    func apiClient(_ name: String) async throws -> APIClient {
        let body = """
            {"email": "\(name)@example.org", "fullName": "\(name)", "username": "\(name)", \
            "password": "\(TestCommunity.password)"}
            """
        let response = try await APIClient(site: self, token: nil).send(
            .post, "/api/auth/register", json: body)
        #expect(response.status == .created)
        return APIClient(site: self, token: try #require(response.json["token"] as? String))
    }

    /// Returns an API client with a new token of a member, for example after ``TestClock/set(_:)``.
    func signInAgain(_ name: String) async throws -> APIClient {
        let response = try await APIClient(site: self, token: nil).send(
            .post, "/api/auth/login",
            json: #"{"login": "\#(name)", "password": "\#(TestCommunity.password)"}"#)
        #expect(response.status == .ok, "\(response.text)")
        return APIClient(site: self, token: try #require(response.json["token"] as? String))
    }

    /// Returns the viewer that a token belongs to.
    func viewer(_ token: String?) async throws -> Viewer {
        let token = try #require(token)
        return try #require(try await test.community.credentials.viewer(Secret(token), kind: .token))
    }

    /// Returns the path of a route with its parameters filled in, by their names or by `SEGMENT/NAME` with
    /// the segment before them.
    static func path(_ route: String, _ parameters: [String: String]) throws -> String {
        var before = ""
        let parts = try route.split(separator: "/").map { part -> String in
            defer { before = String(part) }
            guard part.hasPrefix("{") || part.hasPrefix(":") else { return String(part) }
            let name = part.filter { $0 != "{" && $0 != "}" && $0 != ":" }
            return try #require(
                parameters[name] ?? parameters["\(before)/\(name)"],
                "\(route): no value for the parameter \(name)")
        }
        return "/" + parts.joined(separator: "/")
    }

    /// A new browser without a session.
    var browser: Browser { Browser(site: self) }

    /// Registers a member and returns the browser in which they are signed in.
    func register(_ name: String) async throws -> Browser {
        let browser = Browser(site: self)
        try await browser.register(name)
        return browser
    }
}

/// A response of the site.
struct SiteResponse {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status
        headers = response.headers
        text = String(buffer: response.body)
    }

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    var items: [[String: Any]] { json["items"] as? [[String: Any]] ?? [] }
    var fieldErrors: [[String: String]] { json["errors"] as? [[String: String]] ?? [] }
}

/// A client of the API.
struct APIClient {
    let site: TestSite
    let token: String?

    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, headers: HTTPFields = [:],
        body: ByteBuffer? = nil
    ) async throws -> SiteResponse {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil { headers[.contentType] = "application/json" }
        let body = json.map { ByteBuffer(string: $0) } ?? body
        let response = try await site.client.execute(uri: path, method: method, headers: headers, body: body)
        {
            SiteResponse($0)
        }
        validate(response, method, path)
        return response
    }

    /// Checks a response of the API against the OpenAPI document.
    private func validate(_ response: SiteResponse, _ method: HTTPRequest.Method, _ path: String) {
        guard path.hasPrefix("/api/"), !path.hasPrefix("/api/docs"), method != .head else { return }
        let documentedPath = String(path.dropFirst(4).prefix { $0 != "?" })
        let faults = site.schema.faults(
            method: method.rawValue, path: documentedPath.removingPercentEncoding ?? documentedPath,
            status: response.status.code,
            contentType: response.headers[.contentType], body: Data(response.text.utf8))
        #expect(faults == [])
    }

    func upload(
        _ path: String, _ parts: [Multipart.Part], method: HTTPRequest.Method = .post
    ) async throws -> SiteResponse {
        try await send(
            method, path, headers: [.contentType: Multipart.contentType], body: Multipart.body(parts))
    }

    /// Posts a photo of a cat and returns the id and code of the post.
    func post(_ caption: String = "a cat") async throws -> (id: String, code: String) {
        let response = try await upload(
            "/api/posts", [.file("image", try Fixtures.bytes("cat.jpg")), .text("caption", caption)])
        #expect(response.status == .created, "\(response.text)")
        return (try #require(response.json["id"] as? String), try #require(response.json["code"] as? String))
    }
}

/// Encodes forms with files.
enum Multipart {
    enum Part {
        case text(String, String)
        case file(String, [UInt8])
    }

    static let contentType = "multipart/form-data; boundary=frontier"

    static func body(_ parts: [Part]) -> ByteBuffer {
        var body = ByteBuffer()
        for part in parts {
            body.writeString("--frontier\r\n")
            switch part {
            case .text(let name, let value):
                body.writeString(
                    #"Content-Disposition: form-data; name="\#(name)"\#r\#n\#r\#n\#(value)\#r\#n"#)
            case .file(let name, let bytes):
                body.writeString(#"Content-Disposition: form-data; name="\#(name)"; filename="a.jpg""#)
                body.writeString("\r\nContent-Type: image/jpeg\r\n\r\n")
                body.writeBytes(bytes)
                body.writeString("\r\n")
            }
        }
        body.writeString("--frontier--\r\n")
        return body
    }
}

/// A browser without JavaScript: it keeps cookies, and submits forms with the CSRF token of the last page.
final class Browser {
    let site: TestSite
    var cookies: [String: String] = [:]
    private var formToken = ""

    init(site: TestSite) { self.site = site }

    /// Opens a page and validates its markup.
    func open(_ path: String) async throws -> SiteResponse {
        let response = try await send(.get, path, [:], nil)
        if response.status.kind != .redirection {
            #expect(MarkupChecker.faults(in: response.text) == [], "\(path)")
        }
        if let field = response.text.firstRange(of: #"name="csrf" value=""#) {
            formToken = String(response.text[field.upperBound...].prefix { $0 != "\"" })
        }
        return response
    }

    /// Submits a form of the last page.
    func submit(
        _ path: String, _ fields: [String: String] = [:], token: String? = nil, headers: HTTPFields = [:]
    ) async throws
        -> SiteResponse
    {
        let fields = fields.merging(["csrf": token ?? formToken]) { own, _ in own }
        let body = fields.map {
            "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return try await send(
            .post, path, headers.merging([.contentType: "application/x-www-form-urlencoded"]),
            ByteBuffer(string: body.joined(separator: "&")))
    }

    func upload(_ path: String, _ parts: [Multipart.Part]) async throws -> SiteResponse {
        try await send(
            .post, path, [.contentType: Multipart.contentType],
            Multipart.body([.text("csrf", formToken)] + parts)
        )
    }

    func register(_ name: String) async throws {
        _ = try await open("/register")
        let response = try await submit(
            "/register",
            [
                "email": "\(name)@example.org", "fullName": name, "username": name,
                "password": TestCommunity.password,
            ])
        #expect(response.status == .seeOther, "\(response.text)")
        _ = try await open("/create")
    }

    /// Signs a member in, for example after ``TestClock/set(_:)``.
    func signInAgain(_ name: String) async throws {
        _ = try await open("/login")
        let response = try await submit("/login", ["login": name, "password": TestCommunity.password])
        #expect(response.status == .seeOther, "\(response.text)")
        _ = try await open("/create")
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: ByteBuffer?
    ) async throws
        -> SiteResponse
    {
        var headers = headers
        headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        let response = try await site.client.execute(uri: path, method: method, headers: headers, body: body)
        {
            SiteResponse($0)
        }
        for cookie in response.headers[values: .setCookie] {
            let pair = cookie.prefix { $0 != ";" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair[1])
        }
        #expect(
            response.headers[.contentSecurityPolicy] != nil
                && response.headers[.xContentTypeOptions] == "nosniff"
        )
        return response
    }
}

extension HTTPFields {
    fileprivate func merging(_ others: HTTPFields) -> HTTPFields {
        var fields = self
        for field in others { fields[field.name] = field.value }
        return fields
    }
}
