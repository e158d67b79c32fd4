import Core
import HTTPTypes
import Hummingbird

/// Rejects writes that another site makes a browser send (CSRF). A request with cookies must show that it
/// comes from this site. A request with a bearer token need not, because browsers never send one by
/// themselves.
struct CrossSiteGuard: RouterMiddleware {
    typealias Context = WebContext
    private let site: Site
    /// Whether the handlers check a form token, which proves the same.
    private let handlersCheckForms: Bool

    init(site: Site, handlersCheckForms: Bool) {
        self.site = site
        self.handlersCheckForms = handlersCheckForms
    }

    func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let isSafe = [.get, .head, .options].contains(request.method)
        guard isSafe || request.headers[.authorization] != nil || isSameSite(request) else {
            throw Problem(
                .forbidden, "This request came from another site. Open the page on this site and try again.")
        }
        return try await next(request, context)
    }

    /// Whether a write comes from a page of this site, or not from a browser.
    func isSameSite(_ request: Request) -> Bool {
        if let fetchSite = request.headers[.secFetchSite] {
            return fetchSite == "same-origin" || fetchSite == "none"
        }
        if let origin = request.headers[.origin] { return isSameOrigin(origin, request) }
        if let referrer = request.headers[.referer] {
            // The origin ends where the path begins, and every referrer has a path.
            let parts = referrer.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            return parts.count == 4 && isSameOrigin(parts.prefix(3).joined(separator: "/"), request)
        }
        return handlersCheckForms || request.headers[.cookie] == nil
    }

    /// Whether the origin is the site or the host of the request: a server may have several names, such as
    /// localhost or an IP address. If the site uses HTTPS, so must the origin.
    private func isSameOrigin(_ origin: String, _ request: Request) -> Bool {
        guard origin != site.origin else { return true }
        let authority = request.head.authority ?? ""
        return origin == "https://\(authority)" || !site.isSecure && origin == "http://\(authority)"
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name(literal: "sec-fetch-site")
    static let clearSiteData = HTTPField.Name(literal: "clear-site-data")
    static let permissionsPolicy = HTTPField.Name(literal: "permissions-policy")
    static let crossOriginOpenerPolicy = HTTPField.Name(literal: "cross-origin-opener-policy")
    static let referrerPolicy = HTTPField.Name(literal: "referrer-policy")

    static let idempotencyKey = HTTPField.Name(literal: "idempotency-key")
    static let forwarded = HTTPField.Name(literal: "forwarded")
    static let xForwardedFor = HTTPField.Name(literal: "x-forwarded-for")
    static let xAccelBuffering = HTTPField.Name(literal: "x-accel-buffering")
    package static let link = HTTPField.Name(literal: "link")

    /// Creates a name from a literal that is known to be valid.
    private init(literal name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is not a valid field name")
        }
        self = field
    }
}
