import Core
import HTML
import Hummingbird
import Web

/// The credentials of a member: browser sessions and API tokens.
struct CredentialSettings {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings/sessions", .memberOrSignIn, use: sessions),
            .post("settings/sessions/end", .member, use: revoke(redirectingTo: "sessions")),
            .post("settings/sessions/end-others", .member, use: endOtherSessions),
            .get("settings/tokens", .memberOrSignIn, use: tokens),
            .post("settings/tokens", .member, limits: [.newTokens], use: create),
            .post("settings/tokens/end", .member, use: revoke(redirectingTo: "tokens")),
        ]
    }

    @Sendable func sessions(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let credentials = try await community.credentials.all(.session, of: viewer)
        let layout = layout(context, "sessions", isSaved: request.uri.query == "saved")
        let items = credentials.map { item($0, of: viewer, "sessions", layout.pageContext) }
        let endOthers = buttonForm(
            layout.pageContext, action: "/settings/sessions/end-others", label: "Sign out everywhere else",
            style: "quiet")
        return layout.page(
            """
            <p>Browsers where you’re signed in.</p><ul class="credentials">\(items)</ul>
            \(when: credentials.count > 1, endOthers)
            """)
    }

    @Sendable func endOtherSessions(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        try await community.credentials.endOtherSessions(of: context.member)
        return .seeOther("/settings/sessions?saved")
    }

    @Sendable func tokens(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await tokensPage(viewer, context, isSaved: request.uri.query == "saved")
    }

    /// Shows the new token in this response, the only time: the server stores a hash of it.
    @Sendable func create(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        do {
            let scopes = Credential.Scopes(names: form.all("scopes").joined(separator: " ")) ?? []
            let issued = try await community.credentials.createToken(
                name: form["name"], scopes: scopes, by: viewer, key: form.key())
            return try await tokensPage(viewer, context, newSecret: issued.secret)
        } catch let problem as Problem where problem.kind == .conflict {
            let problem = Problem(
                .conflict, field: "name",
                """
                This token was already created, and its secret cannot be shown again. If you did not copy \
                it, revoke the token and create another one.
                """)
            return try await tokensPage(viewer, context, problem)
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await tokensPage(viewer, context, problem)
        }
    }

    /// Handles the button that ends a session or token, and redirects to the page that lists it.
    private func revoke(redirectingTo page: String) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            try await community.credentials.end(form["id"], of: context.member)
            return .seeOther("/settings/\(page)?saved")
        }
    }

    private func tokensPage(
        _ viewer: Viewer, _ context: MemberContext, _ problem: Problem? = nil, newSecret: Secret? = nil,
        isSaved: Bool = false
    ) async throws -> Response {
        let credentials = try await community.credentials.all(.token, of: viewer)
        let layout = layout(context, "tokens", problem, isSaved: isSaved)
        let items = credentials.map { item($0, of: viewer, "tokens", layout.pageContext) }
        let nameField = Field(
            name: "name", label: "Name", limit: Credential.nameLimit, error: problem.error(for: "name"))
        let newToken: HTML? = newSecret.map { secret in
            """
            <p class="done" role="status">Copy this token now. You won’t be able to see it again.</p>
            <p><code class="secret">\(secret.text)</code></p>
            """
        }
        return layout.page(
            """
            <p>Apps use a token instead of your password. See the \
            <a href="/api/docs">API documentation</a>.</p>\(newToken)
            \(when: credentials.isEmpty, #"<p class="hint">No tokens yet.</p>"#)<ul class="credentials">\
            \(items)</ul>
            <h2>New token</h2><form method="post" action="/settings/tokens">\
            \(layout.pageContext.tokenField)\(layout.pageContext.keyField)
            \(nameField.html)
            <p class="check"><input type="checkbox" id="read" name="scopes" value="read" checked>\
            <label for="read">Can read</label></p>
            <p class="check"><input type="checkbox" id="write" name="scopes" value="write">\
            <label for="write">Can write</label></p>
            <button>Create token</button></form>
            """)
    }

    private func item(
        _ summary: CredentialSummary, of viewer: Viewer, _ page: String, _ pageContext: PageContext
    ) -> HTML {
        let isSession = page == "sessions"
        let isCurrent = summary.credential.hash == viewer.credential.hash
        let scopes = summary.credential.scopes.names.joined(separator: " and ")
        let endButton = buttonForm(
            pageContext, action: "/settings/\(page)/end", label: isSession ? "Sign out" : "Revoke",
            style: "quiet", hidden: [("id", summary.handle)])
        return """
            <li><div><b>\(written(isSession ? BrowserName.of(summary.name) : summary.name))</b>\
            \(when: isCurrent, #" <span class="hint">this browser</span>"#)
            <p class="hint">Last used \(timeElement(summary.credential.usedAt)) · \
            \(isSession ? "signed in" : "created") \(timeElement(summary.createdAt))\
            \(when: !isSession, " · can \(scopes)")</p></div>
            \(when: !isCurrent, endButton)</li>
            """
    }

    private func layout(
        _ context: MemberContext, _ name: String, _ problem: Problem? = nil, isSaved: Bool
    ) -> SettingsLayout {
        SettingsLayout(
            pageContext: PageContext(context, cookies: cookies), current: name, problem: problem,
            isSaved: isSaved)
    }
}

/// A short name of a browser, from its `User-Agent` header: `Mozilla/5.0 (X11; Linux x86_64; rv:140.0)
/// Gecko/20100101 Firefox/140.0` becomes “Firefox on Linux”.
enum BrowserName {
    // The order matters: most browsers also name others.
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
