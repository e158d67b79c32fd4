import HTTPTypes
import Hummingbird

/// Puts on every answer, errors and photos included, what keeps browsers from being turned against people.
package struct SecurityHeaders: RouterMiddleware {
    package typealias Context = WebContext

    private let pagePolicy: String
    private let isSecure: Bool

    package init(site: Site) {
        isSecure = site.isSecure
        let photos = site.mediaHosts.photos.map { " " + $0 } ?? ""
        let uploads = site.mediaHosts.uploads.map { " " + $0 } ?? ""
        pagePolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:\(photos); media-src 'self'; "
            + "connect-src 'self'\(uploads); font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
            + "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = pagePolicy
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        return response
    }
}
