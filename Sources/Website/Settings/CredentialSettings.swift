import Core
import HTML
import Hummingbird
import Web

/// What one is signed in with: sessions of browsers, tokens of programs.
struct CredentialSettings {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings/sessions", .memberOrSignIn, use: sessions),
            .post("settings/sessions/end", .member, use: end(leadingTo: "sessions")),
            .post("settings/sessions/end-others", .member, use: endOthers),
            .get("settings/tokens", .memberOrSignIn, use: tokens),
            .post("settings/tokens", .member, limits: [.newTokens], use: create),
            .post("settings/tokens/end", .member, use: end(leadingTo: "tokens")),
        ]
    }

    @Sendable func sessions(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let all = try await community.credentials.all(.session, of: viewer)
        let frame = frame(context, "sessions", isSaved: request.uri.query == "saved")
        let items = all.map { item($0, of: viewer, "sessions", frame.visit) }
        return frame.page(
            """
            <p>Browsers that are signed in as you.</p><ul class="credentials">\(items)</ul>
            \(when: all.count > 1, buttonForm(frame.visit, action: "/settings/sessions/end-others", label: "End all others", style: "quiet"))
            """)
    }

    @Sendable func endOthers(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        try await community.credentials.endOtherSessions(of: context.member)
        return .seeOther("/settings/sessions?saved")
    }

    @Sendable func tokens(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await tokensPage(viewer, context, isSaved: request.uri.query == "saved")
    }

    /// Shows the token in the answer itself: it is not kept anywhere to be shown again.
    @Sendable func create(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        do {
            let scopes = Credential.Scopes(names: form.all("scopes").joined(separator: " ")) ?? []
            let issued = try await community.credentials.createToken(
                name: form["name"], scopes: scopes, by: viewer)
            return try await tokensPage(viewer, context, created: issued.secret)
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await tokensPage(viewer, context, problem)
        }
    }

    /// Ends a session or token, and leads back to the page that lists it.
    private func end(leadingTo page: String) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            try await community.credentials.end(form["id"], of: context.member)
            return .seeOther("/settings/\(page)?saved")
        }
    }

    private func tokensPage(
        _ viewer: Viewer, _ context: MemberContext, _ problem: Problem? = nil, created: Secret? = nil,
        isSaved: Bool = false
    ) async throws -> Response {
        let all = try await community.credentials.all(.token, of: viewer)
        let frame = frame(context, "tokens", problem, isSaved: isSaved)
        let items = all.map { item($0, of: viewer, "tokens", frame.visit) }
        let shown: HTML? = created.map { secret in
            """
            <p class="done" role="status">Copy the token now; it is not shown again.</p>
            <p><code class="secret">\(secret.text)</code></p>
            """
        }
        return frame.page(
            """
            <p>Programs use a token in place of your password: see <a href="/api/docs">the API</a>.</p>\(shown)
            \(when: all.isEmpty, "<p class=\"hint\">No tokens yet.</p>")<ul class="credentials">\(items)</ul>
            <h2>New token</h2><form method="post" action="/settings/tokens">\(frame.visit.tokenField)
            \(Field(name: "name", label: "What it is for", maximumLength: 100, fault: problem.fault(of: "name")).html)
            <p class="check"><input type="checkbox" id="read" name="scopes" value="read" checked><label for="read">May read</label></p>
            <p class="check"><input type="checkbox" id="write" name="scopes" value="write"><label for="write">May write</label></p>
            <button>Make token</button></form>
            """)
    }

    private func item(_ issued: IssuedCredential, of viewer: Viewer, _ page: String, _ visit: PageContext)
        -> HTML
    {
        let isCurrent = issued.credential.hash == viewer.credential.hash
        return """
            <li><div><b>\(page == "sessions" ? BrowserName.of(issued.name) : issued.name)</b>\(when: isCurrent, " <span class=\"hint\">this browser</span>")
            <p class="hint">Last used \(Timestamp(issued.credential.usedAt).dayName) · since \(Timestamp(issued.createdAt).dayName)\
            \(when: page == "tokens", " · may \(issued.credential.scopes.names.joined(separator: " and "))")</p></div>
            \(when: !isCurrent, buttonForm(visit, action: "/settings/\(page)/end", label: "End", style: "quiet", hidden: [("id", issued.handle)]))</li>
            """
    }

    private func frame(
        _ context: MemberContext, _ name: String, _ problem: Problem? = nil, isSaved: Bool
    ) -> SettingsFrame {
        SettingsFrame(
            visit: PageContext(context, cookies: cookies), current: name, problem: problem, isSaved: isSaved)
    }
}

/// A browser in a few words, out of what it calls itself: `Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101
/// Firefox/140.0` is Firefox on Linux.
enum BrowserName {
    // The order counts: most browsers name others too.
    private static let browsers = [
        ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"),
    ]
    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]

    static func of(_ userAgent: String) -> String {
        guard let browser = browsers.first(where: { userAgent.contains($0.0) })?.1 else { return userAgent }
        guard let system = systems.first(where: { userAgent.contains($0.0) })?.1 else { return browser }
        return "\(browser) on \(system)"
    }
}
