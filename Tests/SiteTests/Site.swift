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

/// The whole site over the real router, as a client meets it.
struct TestSite {
    let test: TestCommunity
    let client: any TestClientProtocol
    /// Every route, with what it needs.
    let routes: [Route]
    /// The description of the API.
    let schema: JSONSchema

    static func with<Result: Sendable>(
        limits: RateLimits = .off, registration: RegistrationPolicy = .open, isDemo: Bool = false,
        processor: PhotoProcessor? = nil, uploadLimits: UploadLimits = UploadLimits(),
        logger: Logger = QuietLog.logger("site"),
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
            application.proxies = try #require(TrustedProxies("127.0.0.1"))
            let routes = application.routes
            let schema = try JSONSchema(openAPI: OpenAPI.document(of: Operations.described(by: routes)))
            return try await application.listening(on: "127.0.0.1", port: 0).test(.router) { client in
                try await body(TestSite(test: test, client: client, routes: routes, schema: schema))
            }
        }
    }

    /// A program signed in as a new member.
    func program(_ name: String) async throws -> Program {
        let body = """
            {"email": "\(name)@example.org", "fullName": "\(name)", "username": "\(name)", "password": "\(TestCommunity.password)"}
            """
        let answer = try await Program(site: self, token: nil).send(.post, "/api/auth/register", json: body)
        #expect(answer.status == .created)
        return Program(site: self, token: try #require(answer.json["token"] as? String))
    }

    /// Who comes with a token.
    func viewer(_ token: String?) async throws -> Viewer {
        let token = try #require(token)
        return try #require(try await test.community.credentials.viewer(Secret(token), kind: .token))
    }

    /// A browser that nobody is signed in with.
    var browser: Browser { Browser(site: self) }
}

/// What came back.
struct Answer {
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
    var faults: [[String: String]] { json["errors"] as? [[String: String]] ?? [] }
}

/// A client of the API.
struct Program {
    let site: TestSite
    let token: String?

    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, headers: HTTPFields = [:],
        body: ByteBuffer? = nil
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil { headers[.contentType] = "application/json" }
        let body = json.map { ByteBuffer(string: $0) } ?? body
        let answer = try await site.client.execute(uri: path, method: method, headers: headers, body: body) {
            Answer($0)
        }
        checkDescription(of: answer, method, path)
        return answer
    }

    /// Every answer to a program is held against the description of the API.
    private func checkDescription(of answer: Answer, _ method: HTTPRequest.Method, _ path: String) {
        guard path.hasPrefix("/api/"), !path.hasPrefix("/api/docs"), method != .head else { return }
        let faults = site.schema.faults(
            method: method.rawValue, path: String(path.dropFirst(4).prefix { $0 != "?" }),
            status: answer.status.code,
            contentType: answer.headers[.contentType], body: Data(answer.text.utf8))
        #expect(faults == [])
    }

    func upload(
        _ path: String, _ parts: [Multipart.Part], method: HTTPRequest.Method = .post
    ) async throws -> Answer {
        try await send(
            method, path, headers: [.contentType: Multipart.contentType], body: Multipart.body(parts))
    }

    /// Posts the cat and gives the post's id and code.
    func post(_ caption: String = "a cat") async throws -> (id: String, code: String) {
        let answer = try await upload(
            "/api/posts", [.file("image", try Fixtures.bytes("cat.jpg")), .text("caption", caption)])
        #expect(answer.status == .created, "\(answer.text)")
        return (try #require(answer.json["id"] as? String), try #require(answer.json["code"] as? String))
    }
}

/// Forms with files.
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
                body.writeString("Content-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n")
            case .file(let name, let bytes):
                body.writeString(
                    "Content-Disposition: form-data; name=\"\(name)\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                )
                body.writeBytes(bytes)
                body.writeString("\r\n")
            }
        }
        body.writeString("--frontier--\r\n")
        return body
    }
}

/// A browser: it keeps cookies, and sends forms with the token of the page it saw.
final class Browser {
    let site: TestSite
    var cookies: [String: String] = [:]
    private var token = ""

    init(site: TestSite) { self.site = site }

    /// Opens a page; every page is checked for its markup.
    func open(_ path: String) async throws -> Answer {
        let answer = try await send(.get, path, [:], nil)
        if answer.status != .seeOther { #expect(MarkupChecker.faults(in: answer.text) == [], "\(path)") }
        if let field = answer.text.firstRange(of: "name=\"csrf\" value=\"") {
            token = String(answer.text[field.upperBound...].prefix { $0 != "\"" })
        }
        return answer
    }

    /// Sends a form of the page seen last.
    func submit(
        _ path: String, _ fields: [String: String] = [:], token: String? = nil, headers: HTTPFields = [:]
    ) async throws
        -> Answer
    {
        let fields = fields.merging(["csrf": token ?? self.token]) { own, _ in own }
        let body = fields.map {
            "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return try await send(
            .post, path, headers.merging([.contentType: "application/x-www-form-urlencoded"]),
            ByteBuffer(string: body.joined(separator: "&")))
    }

    func upload(_ path: String, _ parts: [Multipart.Part]) async throws -> Answer {
        try await send(
            .post, path, [.contentType: Multipart.contentType], Multipart.body([.text("csrf", token)] + parts)
        )
    }

    func register(_ name: String) async throws {
        _ = try await open("/register")
        let answer = try await submit(
            "/register",
            [
                "email": "\(name)@example.org", "fullName": name, "username": name,
                "password": TestCommunity.password,
            ])
        #expect(answer.status == .seeOther, "\(answer.text)")
        _ = try await open("/create")
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: ByteBuffer?
    ) async throws
        -> Answer
    {
        var headers = headers
        headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        let answer = try await site.client.execute(uri: path, method: method, headers: headers, body: body) {
            Answer($0)
        }
        for cookie in answer.headers[values: .setCookie] {
            let pair = cookie.prefix { $0 != ";" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair[1])
        }
        #expect(
            answer.headers[.contentSecurityPolicy] != nil && answer.headers[.xContentTypeOptions] == "nosniff"
        )
        return answer
    }
}

extension HTTPFields {
    fileprivate func merging(_ others: HTTPFields) -> HTTPFields {
        var fields = self
        for field in others { fields[field.name] = field.value }
        return fields
    }
}
