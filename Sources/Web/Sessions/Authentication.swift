import Core
import HTTPTypes
import Hummingbird

/// Finds out who asks: a program by its bearer token, a browser by its session cookie.
package struct Authentication: RouterMiddleware {
    package typealias Context = WebContext
    private let credentials: Credentials
    private let cookies: SiteCookies
    private let clock: Clock

    package init(credentials: Credentials, cookies: SiteCookies, clock: Clock) {
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
            // A wrong token is told so even where a stranger may look: the program thinks it is signed in.
            guard let token = Self.bearer(header), let viewer = try await credentials.viewer(token, kind: .token) else {
                throw Problem(.unauthorized, "This token is not valid, or not any more. Make a new one.")
            }
            context.viewer = viewer
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
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 256 else { return nil }
        return Secret(String(parts[1]))
    }
}

/// The site's two cookies: the session of somebody signed in, and before that a random value that the tokens of the
/// sign-in and registration forms are derived from.
package struct SiteCookies: Sendable {
    package let site: Site
    private let sessionName: String
    private let visitorName: String
    private let isSecure: Bool

    package init(site: Site) {
        // The prefix has browsers refuse the cookie from anywhere but this host over HTTPS (RFC 6265bis §4.1.3.2).
        self.site = site
        isSecure = site.isSecure
        sessionName = isSecure ? "__Host-session" : "session"
        visitorName = isSecure ? "__Host-visitor" : "visitor"
    }

    func session(in request: Request) -> Secret? { value(sessionName, in: request) }
    func visitor(in request: Request) -> Secret? { value(visitorName, in: request) }

    /// Signs a browser in.
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

    private func value(_ name: String, in request: Request) -> Secret? {
        guard let value = request.cookies[name]?.value, (1...256).contains(value.utf8.count) else { return nil }
        return Secret(value)
    }

    private func set(_ name: String, _ value: String, seconds: Int, on response: inout Response) {
        let secure = isSecure ? "; Secure" : ""
        response.headers.append(
            HTTPField(name: .setCookie, value: "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax\(secure)"))
    }
}
