import HTTPTypes
import Hummingbird
import NIOHTTP1

/// What every answer carries, errors and photos included, so that browsers are not turned against people. An answer
/// that has one of these already keeps it.
package struct StandardHeaders: Sendable {
    fileprivate let fields: [HTTPField]

    package init(site: Site) {
        let photos = site.mediaHosts.photos.map { " " + $0 } ?? ""
        let uploads = site.mediaHosts.uploads.map { " " + $0 } ?? ""
        let pagePolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:\(photos); media-src 'self'; "
            + "connect-src 'self'\(uploads); font-src 'self'; manifest-src 'self'; worker-src 'self'; "
            + "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        var fields = [
            HTTPField(name: .contentSecurityPolicy, value: pagePolicy),
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: .referrerPolicy, value: "same-origin"),
            HTTPField(name: .crossOriginOpenerPolicy, value: "same-origin"),
            HTTPField(
                name: .permissionsPolicy,
                value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        if site.isSecure {
            fields.append(
                HTTPField(name: .strictTransportSecurity, value: "max-age=31536000; includeSubDomains"))
        }
        self.fields = fields
    }

    func add(to headers: inout HTTPFields) {
        for field in fields where headers[field.name] == nil { headers[field.name] = field.value }
    }

    /// Adds them to what is answered before a request comes to the router.
    func add(to headers: inout HTTPHeaders) {
        // What the router answers has all of them.
        guard !headers.contains(name: HTTPField.Name.permissionsPolicy.canonicalName) else { return }
        for field in fields where !headers.contains(name: field.name.canonicalName) {
            headers.add(name: field.name.canonicalName, value: field.value)
        }
    }
}

/// Puts ``StandardHeaders`` on the answers of the router.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = WebContext
    private let headers: StandardHeaders

    init(_ headers: StandardHeaders) { self.headers = headers }

    func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        headers.add(to: &response.headers)
        return response
    }
}

extension StandardHeaders {
    /// An answer without a body, as it goes over the wire, after which the connection closes.
    func bareAnswer(status: String, fields: [String]) -> String {
        let promised = self.fields.map { "\($0.name.canonicalName): \($0.value)" }
        let lines = ["HTTP/1.1 \(status)", "Content-Length: 0", "Connection: close"] + fields + promised
        return lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }
}
