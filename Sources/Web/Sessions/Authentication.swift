import Core
import HTTPTypes
import Hummingbird

/// Finds out who asks: a program by its bearer token, a browser by its session cookie.
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
            // Refused where it is counted, with the requests of strangers.
            context.hasWrongToken = context.viewer == nil
            return try await next(request, context)
        }
        context.theme = Theme(of: request)
        context.path = request.uri.string
        let session = cookies.session(in: request)
        if let session, let viewer = try await credentials.viewer(session, kind: .session) {
            context.viewer = viewer
            context.formSecret = session
            var response = try await next(request, context)
            // This request moved the session's end; the browser's copy of it moves too.
            if clock.now() - viewer.credential.usedAt > Credential.useGranularity {
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

/// The site's cookies: the session of somebody signed in; before that a random value that the tokens of the sign-in
/// and registration forms are derived from; and who was signed in before.
package struct SiteCookies: Sendable {
    package let site: Site
    private let signer: Signer
    private let sessionName: String
    private let visitorName: String
    private let browserName: String
    private let isSecure: Bool

    package init(site: Site, signer: Signer) {
        // The prefix has browsers refuse the cookie from anywhere but this host over HTTPS (RFC 6265bis §4.1.3.2).
        self.site = site
        self.signer = signer
        isSecure = site.isSecure
        let prefix = isSecure ? "__Host-" : ""
        sessionName = prefix + "session"
        visitorName = prefix + "visitor"
        browserName = prefix + "browser"
    }

    func session(in request: Request) -> Secret? { value(sessionName, in: request).map { Secret($0) } }

    /// The visitor's secret, where this site made it: another host of the same domain may set a cookie here, and
    /// would know what it set.
    func visitor(in request: Request) -> Secret? {
        guard let value = value(visitorName, in: request) else { return nil }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, signer.accepts(parts[1], of: String(parts[0]), for: .visitor) else {
            return nil
        }
        return Secret(value)
    }

    /// Where a sign-in by this request comes from.
    package func origin(of request: Request, _ context: WebContext) -> SignInOrigin {
        SignInOrigin(
            client: context.clientKey, browser: value(browserName, in: request).flatMap { KnownBrowser($0) })
    }

    /// Signs a browser in, and has it remember who was signed in.
    package func signIn(_ issued: Credentials.Issued, from request: Request, on response: inout Response) {
        setSession(issued.secret, on: &response)
        let browser = value(browserName, in: request).flatMap { KnownBrowser($0) } ?? KnownBrowser()
        let known = browser.remembering(issued.account.id, signer: signer)
        set(browserName, known.text, seconds: 365 * 24 * 60 * 60, on: &response)
    }

    /// Sets the session of somebody who is signed in.
    package func setSession(_ secret: Secret, on response: inout Response) {
        set(sessionName, secret.text, seconds: Int(Credential.Kind.session.lifetime / 1000), on: &response)
    }

    /// Has a browser keep its session for its whole lifetime again, unless the answer sets the session itself or may
    /// be kept by others than this browser.
    func renewSession(_ secret: Secret, on response: inout Response) {
        let setsSession = response.headers[values: .setCookie].contains { $0.hasPrefix(sessionName + "=") }
        let isShared = response.headers[.cacheControl]?.hasPrefix("public") == true
        if !setsSession, !isShared { setSession(secret, on: &response) }
    }

    /// Signs a browser out, and has it forget what it kept for whoever was signed in: cached photos, recent searches
    /// (https://www.w3.org/TR/clear-site-data). The other cookies stay: the theme is the browser's.
    package func signOut(on response: inout Response) {
        set(sessionName, "", seconds: 0, on: &response)
        response.headers[.clearSiteData] = #""cache", "storage""#
    }

    /// Gives a stranger's browser what its forms need.
    package func setVisitor(_ secret: Secret, on response: inout Response) {
        set(visitorName, secret.text, seconds: 24 * 60 * 60, on: &response)
    }

    /// A new secret for a visitor, as ``setVisitor(_:on:)`` takes it.
    package func newVisitor() -> Secret {
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
