import Core
import HTML
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// Settings of how an account is protected: two-step verification, recovery codes and trusted browsers.
struct SecuritySettings {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings/security", .memberOrSignIn, use: show),
            .get("settings/security/app", .memberOrSignIn, use: setup),
            .post("settings/security/app", .member, use: begin),
            .post("settings/security/app/confirm", .member, use: confirm),
            .post("settings/security/app/off", .member, use: turnOff),
            .post("settings/security/codes", .member, use: renewCodes),
            .post("settings/security/codes/file", .member, use: codesFile),
            .post("settings/security/browsers/end", .member, use: endTrust),
        ]
    }

    @Sendable func show(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await page(context, isSaved: request.uri.query == "saved")
    }

    /// Makes the secret of an authenticator app, and shows it.
    @Sendable func begin(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await handle(request, context) { form, viewer in
            _ = try await community.secondFactors.begin(
                by: viewer, password: form.password, issuer: cookies.site.issuer)
            return .seeOther("/settings/security/app")
        }
    }

    @Sendable func setup(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await setupPage(context)
    }

    @Sendable func confirm(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        do {
            let codes = try await community.secondFactors.confirm(form["code"], by: context.member)
            return codesPage(codes, context, title: "Two-step verification is on")
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await setupPage(context, problem)
        }
    }

    @Sendable func turnOff(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await handle(request, context) { form, viewer in
            try await community.secondFactors.turnOff(by: viewer, password: form.password)
            return .seeOther("/settings/security?saved")
        }
    }

    @Sendable func renewCodes(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await handle(request, context) { form, viewer in
            let codes = try await community.secondFactors.renewRecoveryCodes(
                by: viewer, password: form.password)
            return codesPage(codes, context, title: "New recovery codes")
        }
    }

    /// Returns the codes that a form contains as a file. They are not stored, so the page that shows them
    /// sends them back.
    @Sendable func codesFile(_ request: Request, _ context: MemberContext) async throws -> Response {
        let codes = try await request.form(context).all("code").prefix(20)
        guard codes.allSatisfy({ $0.utf8.count <= 40 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
        else { throw Problem(.unreadable, "These are no recovery codes.") }
        let site = cookies.site.issuer
        let title = "Recovery codes of \(context.member.username) on \(site)"
        let text = ([title, ""] + codes).joined(separator: "\n")
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: #"attachment; filename="recovery-codes.txt""#,
            ], body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    @Sendable func endTrust(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        try await community.secondFactors.endTrust(form["id"], of: context.member)
        return .seeOther("/settings/security?saved")
    }

    /// Handles a form whose change needs a proof that the member is present.
    private func handle(
        _ request: Request, _ context: MemberContext, _ change: (Form, Viewer) async throws -> Response
    ) async throws -> Response {
        let form = try await request.form(context)
        do {
            return try await change(form, context.member)
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await page(context, problem)
        }
    }

    // MARK: - Pages

    private func page(
        _ context: MemberContext, _ problem: Problem? = nil, isSaved: Bool = false
    ) async throws -> Response {
        let viewer = context.member
        let state = try await community.secondFactors.state(of: viewer)
        let layout = SettingsLayout(
            pageContext: PageContext(context, cookies: cookies), current: "security", problem: problem,
            isSaved: isSaved)
        let forms = ProtectedForms(
            pageContext: layout.pageContext, needsPassword: !community.presence.isRecent(viewer))
        return layout.page(
            """
            <h2>Two-step verification</h2>
            \(state.isOnSince.map { twoStep(since: $0, state, forms) } ?? off(forms))
            \(when: state.isOnSince != nil, browsers(state, layout.pageContext))
            """)
    }

    private func off(_ forms: ProtectedForms) -> HTML {
        """
        <p>With a code from an app on your phone, nobody can sign in with your password alone. Any \
        authenticator app will do.</p>
        \(forms.form(action: "/settings/security/app", button: "Set up an app"))
        """
    }

    private func twoStep(since time: Int64, _ state: SecondFactors.State, _ forms: ProtectedForms) -> HTML {
        let left =
            state.recoveryCodesLeft == 0
            ? "You have no recovery codes left."
            : "\(state.recoveryCodesLeft) of \(SecondFactors.recoveryCodeCount) left."
        return """
            <p>On since \(timeElement(time)). Signing in needs a code from your authenticator app.</p>
            <h2>Recovery codes</h2>
            <p>\(left) They sign you in if you lose your phone.</p>
            \(forms.form(action: "/settings/security/codes", button: "Make new codes"))
            <h2>Turn two-step verification off</h2>
            \(forms.form(action: "/settings/security/app/off", button: "Turn off", style: "danger"))
            """
    }

    private func browsers(_ state: SecondFactors.State, _ pageContext: PageContext) -> HTML {
        let items = state.trustedBrowsers.map { browser -> HTML in
            let button = buttonForm(
                pageContext, action: "/settings/security/browsers/end", label: "Remove", style: "quiet",
                hidden: [("id", browser.handle)])
            return """
                <li><div><b>\(written(BrowserName.of(browser.name)))</b>
                <p class="hint">Trusted since \(timeElement(browser.createdAt)), until \
                \(timeElement(browser.expiresAt))</p></div>\(button)</li>
                """
        }
        return """
            <h2>Trusted browsers</h2><p>These browsers sign in without a code for 30 days.</p>
            \(when: items.isEmpty, #"<p class="hint">No trusted browsers.</p>"#)
            <ul class="credentials">\(items)</ul>
            """
    }

    private func setupPage(_ context: MemberContext, _ problem: Problem? = nil) async throws -> Response {
        let issuer = cookies.site.issuer
        guard let setup = try await community.secondFactors.setup(of: context.member, issuer: issuer) else {
            return .seeOther("/settings/security")
        }
        let pageContext = PageContext(context, cookies: cookies)
        let field = Field(
            name: "code", label: "Code", hint: "The six digits that the app shows.",
            autocomplete: "one-time-code", error: problem.error(for: "code"))
        return pageContext.page(
            "Set up an app", status: problem.status, retryAfter: problem?.retryAfter,
            """
            <div class="narrow"><h1>Set up an authenticator app</h1>\(alert(problem))
            <ol><li><p>Scan this code with the app.</p>\
            \(QRCode(setup.uri, label: "QR code for an authenticator app")?.html)
            <p>Or enter this key: <code class="secret">\(setup.secret.inGroupsOfFour)</code></p></li>
            <li><form method="post" action="/settings/security/app/confirm">\(pageContext.tokenField)
            \(field.html)<button>Turn on</button></form></li></ol>
            <p class="next"><a href="/settings/security">Cancel</a></p></div>
            """)
    }

    private func codesPage(_ codes: [String], _ context: MemberContext, title: String) -> Response {
        let pageContext = PageContext(context, cookies: cookies)
        let items = codes.map { #"<li><code>\#($0)</code></li>"# as HTML }
        let fields = codes.map { #"<input type="hidden" name="code" value="\#($0)">"# as HTML }
        return pageContext.page(
            title,
            """
            <div class="narrow"><h1>\(title)</h1>
            <p class="done" role="status">Keep these recovery codes in a safe place. You won’t be able to \
            see them again.</p>
            <p>If you lose your phone, each of them signs you in once.</p>
            <ol class="codes">\(items)</ol>
            <form method="post" action="/settings/security/codes/file">\(pageContext.tokenField)\(fields)
            <button class="quiet">Download</button></form>
            <p class="next"><a href="/settings/security">Done</a></p></div>
            """)
    }
}

/// Forms for changes that need a proof that the member is present: the password, unless they proved it a
/// short time ago.
struct ProtectedForms {
    let pageContext: PageContext
    let needsPassword: Bool

    func form(action: String, button: String, style: String = "quiet") -> HTML {
        let id = "password-" + action.split(separator: "/").dropFirst().joined(separator: "-")
        let password: HTML = """
            <div class="field"><label for="\(id)">Your password</label>
            <input id="\(id)" name="password" type="password" autocomplete="current-password" required></div>
            """
        return """
            <form method="post" action="\(action)">\(pageContext.tokenField)\(when: needsPassword, password)
            <button class="\(style)">\(button)</button></form>
            """
    }
}

extension Form {
    /// The password that proves that the member is present; nil if the form has none.
    var password: String? { self["password"].isEmpty ? nil : self["password"] }
}

extension String {
    fileprivate var inGroupsOfFour: String {
        stride(from: 0, to: count, by: 4).map { String(dropFirst($0).prefix(4)) }.joined(separator: " ")
    }
}
