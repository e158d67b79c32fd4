import HTTPTypes
import Hummingbird
import NIOHTTP1

/// The security headers of every response, including errors and photos. A header that a response already has
/// is kept.
package struct StandardHeaders: Sendable {
    fileprivate let fields: [HTTPField]

    package init(site: Site) {
        let photos = site.mediaHosts.photos.map { " " + $0 } ?? ""
        let uploads = site.mediaHosts.uploads.map { " " + $0 } ?? ""
        let pagePolicy =
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:\(photos); \
            media-src 'self'; connect-src 'self'\(uploads); font-src 'self'; manifest-src 'self'; \
            worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'
            """
        var fields = [
            HTTPField(name: .contentSecurityPolicy, value: pagePolicy),
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: .referrerPolicy, value: "same-origin"),
            HTTPField(name: .crossOriginOpenerPolicy, value: "same-origin"),
            HTTPField(
                name: .permissionsPolicy,
                value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ]
        if site.isSecure, let value = site.transportSecurity.header {
            fields.append(HTTPField(name: .strictTransportSecurity, value: value))
        }
        self.fields = fields
    }

    func add(to headers: inout HTTPFields) {
        for field in fields where headers[field.name] == nil { headers[field.name] = field.value }
    }

    /// Adds the headers to a response that was sent before the request reached the router.
    func add(to headers: inout HTTPHeaders) {
        // The router’s responses already have all of them.
        guard !headers.contains(name: HTTPField.Name.permissionsPolicy.canonicalName) else { return }
        for field in fields where !headers.contains(name: field.name.canonicalName) {
            headers.add(name: field.name.canonicalName, value: field.value)
        }
    }
}

/// Adds ``StandardHeaders`` to the responses of the router.
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
    /// Returns the text of a response without a body that closes the connection.
    func emptyResponse(status: String, fields: [String]) -> String {
        let standard = self.fields.map { "\($0.name.canonicalName): \($0.value)" }
        let lines = ["HTTP/1.1 \(status)", "Content-Length: 0", "Connection: close"] + fields + standard
        return lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }
}
