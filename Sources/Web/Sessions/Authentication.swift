import Core
import HTTPTypes
import Hummingbird

/// Authenticates a request by its bearer token or its session cookie.
package struct Authentication: RouterMiddleware {
    package typealias Context = WebContext
    private let credentials: Credentials
    private let cookies: SiteCookies
    private let clock: WallClock

    package init(credentials: Credentials, cookies: SiteCookies, clock: WallClock) {
        self.credentials = credentials
        self.cookies = cookies
        self.clock = clock
    }

    package func handle(
        _ request: Request, context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let header = request.headers[.authorization] {
            if let token = Self.bearer(header) {
                context.viewer = try await credentials.viewer(token, kind: .token)
            }
            // ``RateLimiting`` rejects the request after it has counted it with those of visitors.
            context.hasInvalidToken = context.viewer == nil
            return try await next(request, context)
        }
        context.theme = Theme(of: request)
        context.path = request.uri.string
        let session = cookies.session(in: request)
        if let session, let viewer = try await credentials.viewer(session, kind: .session) {
            context.viewer = viewer
            context.formSecret = session
            var response = try await next(request, context)
            // This request extended the session, so the lifetime of the cookie must be extended too.
            if clock.now() - viewer.credential.usedAt > Credential.usedAtPrecision {
                cookies.renewSession(session, on: &response)
            }
            return response
        }
        context.formSecret = cookies.visitor(in: request)
        return try await next(request, context)
    }

    private static func bearer(_ header: String) -> Secret? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 256 else {
            return nil
        }
        return Secret(String(parts[1]))
    }
}

/// The site’s cookies: the session of a member; for a visitor a random value from which the tokens of the
/// sign-in and registration forms are derived; and the accounts that signed in with this browser before.
package struct SiteCookies: Sendable {
    package let site: Site
    private let signer: Signer
    private let sessionName: String
    private let visitorName: String
    private let browserName: String
    private let ticketName: String
    private let trustedName: String
    private let isSecure: Bool

    package init(site: Site, signer: Signer) {
        // With the prefix `__Host-`, browsers accept the cookie only from this host over HTTPS (RFC 6265bis
        // §4.1.3.2).
        self.site = site
        self.signer = signer
        isSecure = site.isSecure
        let prefix = isSecure ? "__Host-" : ""
        sessionName = prefix + "session"
        visitorName = prefix + "visitor"
        browserName = prefix + "browser"
        ticketName = prefix + "sign-in"
        trustedName = prefix + "trusted"
    }

    func session(in request: Request) -> Secret? { value(sessionName, in: request).map { Secret($0) } }

    /// Returns the visitor’s secret if it has this site’s signature. Another host of the same domain can
    /// set a cookie for this site, and would know its value.
    func visitor(in request: Request) -> Secret? {
        guard let value = value(visitorName, in: request) else { return nil }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, signer.accepts(parts[1], of: String(parts[0]), for: .visitor) else {
            return nil
        }
        return Secret(value)
    }

    /// Returns the client and the known browser of a sign-in request.
    package func origin(of request: Request, _ context: WebContext) -> SignInOrigin {
        SignInOrigin(
            client: context.clientKey, browser: value(browserName, in: request).flatMap { KnownBrowser($0) })
    }

    /// Signs a browser in, and sets the cookie that records which accounts have signed in with it.
    package func signIn(_ issued: Credentials.Issued, from request: Request, on response: inout Response) {
        setSession(issued.secret, on: &response)
        let browser = value(browserName, in: request).flatMap { KnownBrowser($0) } ?? KnownBrowser()
        let known = browser.remembering(issued.account.id, signer: signer)
        set(browserName, known.text, seconds: 365 * 24 * 60 * 60, on: &response)
    }

    /// Sets the session cookie.
    package func setSession(_ secret: Secret, on response: inout Response) {
        set(sessionName, secret.text, seconds: Int(Credential.Kind.session.lifetime / 1000), on: &response)
    }

    /// Sets the session cookie again with its full lifetime, unless the response already sets it or may be
    /// stored in shared caches.
    func renewSession(_ secret: Secret, on response: inout Response) {
        let setsSession = response.headers[values: .setCookie].contains { $0.hasPrefix(sessionName + "=") }
        let isCacheable = response.headers[.cacheControl]?.hasPrefix("public") == true
        if !setsSession, !isCacheable { setSession(secret, on: &response) }
    }

    /// Signs a browser out, and tells it to delete cached photos and recent searches
    /// (https://www.w3.org/TR/clear-site-data). Other cookies, such as the theme, stay.
    package func signOut(on response: inout Response) {
        set(sessionName, "", seconds: 0, on: &response)
        response.headers[.clearSiteData] = #""cache", "storage""#
    }

    /// The ticket of a sign-in that still needs a second factor.
    package func ticket(in request: Request) -> Secret? { value(ticketName, in: request).map { Secret($0) } }

    package func setTicket(_ secret: Secret, on response: inout Response) {
        set(ticketName, secret.text, seconds: Int(SignInTicket.lifetime / 1000), on: &response)
    }

    package func removeTicket(on response: inout Response) { set(ticketName, "", seconds: 0, on: &response) }

    /// The secret by which accounts recognize a browser that they trust.
    package func trustedBrowser(in request: Request) -> Secret? {
        value(trustedName, in: request).map { Secret($0) }
    }

    package func setTrustedBrowser(_ secret: Secret, on response: inout Response) {
        set(trustedName, secret.text, seconds: Int(TrustedBrowser.lifetime / 1000), on: &response)
    }

    /// Sets the secret from which a visitor’s form tokens are derived.
    package func setVisitorSecret(_ secret: Secret, on response: inout Response) {
        set(visitorName, secret.text, seconds: 24 * 60 * 60, on: &response)
    }

    /// Creates a signed secret for ``setVisitorSecret(_:on:)``.
    package func newVisitorSecret() -> Secret {
        let random = Secret.random().text
        return Secret("\(random).\(signer.signature(of: random, for: .visitor))")
    }

    private func value(_ name: String, in request: Request) -> String? {
        guard let value = request.cookies[name]?.value, (1...512).contains(value.utf8.count) else {
            return nil
        }
        return value
    }

    private func set(_ name: String, _ value: String, seconds: Int, on response: inout Response) {
        let secure = isSecure ? "; Secure" : ""
        response.headers.append(
            HTTPField(
                name: .setCookie,
                value: "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax\(secure)"))
    }
}
