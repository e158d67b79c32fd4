import Core
import HTTPTypes
import Hummingbird

/// Refuses writes that another site has a browser send. The token in every form is checked besides, where the form is
/// read; a program's bearer token is never sent by a browser on its own and needs neither.
package struct CrossSiteGuard: RouterMiddleware {
    package typealias Context = WebContext
    private let site: Site

    package init(site: Site) { self.site = site }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let isReading = [.get, .head, .options].contains(request.method)
        if !isReading, request.headers[.authorization] == nil, isCrossSite(request) {
            throw Problem(.forbidden, "This request comes from another site. Open the page here and try again.")
        }
        return try await next(request, context)
    }

    private func isCrossSite(_ request: Request) -> Bool {
        if let fetchSite = request.headers[.secFetchSite] { return fetchSite != "same-origin" && fetchSite != "none" }
        guard let origin = request.headers[.origin] else { return false }
        // A server may be reached under several names (localhost, an address): the name it was reached by counts too.
        return origin != site.origin && origin != "http://\(request.head.authority ?? "")"
            && origin != "https://\(request.head.authority ?? "")"
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name(ours: "sec-fetch-site")
    static let clearSiteData = HTTPField.Name(ours: "clear-site-data")
    static let permissionsPolicy = HTTPField.Name(ours: "permissions-policy")
    static let crossOriginOpenerPolicy = HTTPField.Name(ours: "cross-origin-opener-policy")
    static let referrerPolicy = HTTPField.Name(ours: "referrer-policy")

    static let xForwardedFor = HTTPField.Name(ours: "x-forwarded-for")
    static let xAccelBuffering = HTTPField.Name(ours: "x-accel-buffering")
    package static let link = HTTPField.Name(ours: "link")

    /// A name written in the source.
    private init(ours name: String) {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is a valid field name") }
        self = field
    }
}
