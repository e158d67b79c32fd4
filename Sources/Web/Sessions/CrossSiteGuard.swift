import Core
import HTTPTypes
import Hummingbird

/// Refuses writes that another site has a browser send: a write that comes with cookies shows where it comes from. A
/// program's bearer token is never sent by a browser on its own, and needs not.
struct CrossSiteGuard: RouterMiddleware {
    typealias Context = WebContext
    private let site: Site
    /// Whether the handlers check the token of a form, which shows the same.
    private let handlersCheckForms: Bool

    init(site: Site, handlersCheckForms: Bool) {
        self.site = site
        self.handlersCheckForms = handlersCheckForms
    }

    func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let isReading = [.get, .head, .options].contains(request.method)
        guard isReading || request.headers[.authorization] != nil || isOurs(request) else {
            throw Problem(
                .forbidden, "This request comes from another site. Open the page here and try again.")
        }
        return try await next(request, context)
    }

    /// Whether a write comes from this site's own pages, or from no browser.
    func isOurs(_ request: Request) -> Bool {
        if let fetchSite = request.headers[.secFetchSite] {
            return fetchSite == "same-origin" || fetchSite == "none"
        }
        if let origin = request.headers[.origin] { return isOurs(origin: origin, request) }
        if let referrer = request.headers[.referer] {
            // The origin in it ends with the path, which every referrer has.
            let parts = referrer.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            return parts.count == 4 && isOurs(origin: parts.prefix(3).joined(separator: "/"), request)
        }
        return handlersCheckForms || request.headers[.cookie] == nil
    }

    /// A server may be reached under several names (localhost, an address): the name that it was reached by counts
    /// too, but never without TLS where the site has it.
    private func isOurs(origin: String, _ request: Request) -> Bool {
        guard origin != site.origin else { return true }
        let authority = request.head.authority ?? ""
        return origin == "https://\(authority)" || !site.isSecure && origin == "http://\(authority)"
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
