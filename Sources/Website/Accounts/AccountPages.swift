import Core
import HTML
import HTTPTypes
import Hummingbird
import Web

/// Registration, sign-in and sign-out.
struct AccountPages {
    let community: Community
    let cookies: SiteCookies
    let isDemo: Bool

    var routes: [Route] {
        let routes: [Route] = [
            .get("register", .anyone, use: registrationForm),
            .post("register", .anyone, limits: [.register], use: register),
            .get("login", .anyone, use: signInForm),
            .post("login", .anyone, limits: [.signIn], use: signIn),
            .get("login/code", .anyone, use: codeForm),
            .post("login/code", .anyone, limits: [.signIn], use: enterCode),
            .post("logout", .anyone, use: signOut),
        ]
        return isDemo ? routes + [.post("demo", .anyone, limits: [.signIn], use: tryDemo)] : routes
    }

    @Sendable func registrationForm(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer == nil else { return .seeOther("/") }
        let pageContext = PageContext(context, cookies: cookies)
        guard community.accounts.policy != .closed else { return registrationClosedPage(pageContext) }
        return registrationPage(
            pageContext,
            Registration(
                email: "", fullName: "", username: "", password: "", invite: request.queryText("invite")))
    }

    @Sendable func register(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        let registration = Registration(
            email: form["email"], fullName: form["fullName"], username: form["username"],
            password: form["password"], invite: form["invite"])
        do {
            let account = try await community.accounts.register(registration)
            return try await signedIn(account, request, context)
        } catch let problem as Problem where !problem.fields.isEmpty {
            return registrationPage(PageContext(context, cookies: cookies), registration, problem)
        }
    }

    @Sendable func signInForm(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer == nil else { return .seeOther("/") }
        return signInPage(PageContext(context, cookies: cookies), login: "", nil)
    }

    @Sendable func signIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        do {
            let outcome = try await community.signIn.withPassword(
                login: form["login"], password: form["password"], as: .session, name: request.browser,
                from: cookies.origin(of: request, context), trusted: cookies.trustedBrowser(in: request))
            switch outcome {
            case .signedIn(let issued): return try await startSession(issued, request, context)
            case .needsSecondFactor(let ticket):
                var response = Response.seeOther("/login/code")
                cookies.setTicket(ticket.secret, on: &response)
                return response
            }
        } catch let problem as Problem where problem.kind == .unauthorized {
            return signInPage(PageContext(context, cookies: cookies), login: form["login"], problem)
        }
    }

    @Sendable func codeForm(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer == nil else { return .seeOther("/") }
        guard let ticket = cookies.ticket(in: request),
            let methods = try await community.signIn.pending(ticket)
        else { return .seeOther("/login") }
        return CodePage(pageContext: PageContext(context, cookies: cookies), methods: methods).response
    }

    /// Completes a sign-in by a code.
    @Sendable func enterCode(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        let pageContext = PageContext(context, cookies: cookies)
        guard let ticket = cookies.ticket(in: request) else { return .seeOther("/login") }
        let trusted =
            form["trust"].isEmpty ? nil : cookies.trustedBrowser(in: request) ?? Secret.random()
        do {
            let issued = try await community.signIn.withCode(
                form["code"], ticket: ticket, from: cookies.origin(of: request, context), trusting: trusted)
            var response = try await startSession(issued, request, context)
            cookies.removeTicket(on: &response)
            if let trusted { cookies.setTrustedBrowser(trusted, on: &response) }
            return response
        } catch let problem as Problem where problem.kind == .invalid {
            guard let methods = try await community.signIn.pending(ticket) else {
                return signInPage(pageContext, login: "", SignIn.expired)
            }
            return CodePage(pageContext: pageContext, methods: methods, problem: problem).response
        } catch let problem as Problem where problem.kind == .unauthorized {
            return signInPage(pageContext, login: "", problem)
        }
    }

    /// Signs a visitor in as the demo account, with no password.
    @Sendable func tryDemo(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        return try await signedIn(try await community.accounts.demo(), request, context)
    }

    @Sendable func signOut(_ request: Request, _ context: WebContext) async throws -> Response {
        // Someone who already signed out in another tab has a form token of an ended session. It is not
        // checked.
        if let viewer = context.viewer {
            _ = try await request.form(context)
            try await community.credentials.signOut(viewer)
        }
        var response = Response.seeOther("/")
        cookies.signOut(on: &response)
        return response
    }

    /// Signs in an account whose owner needs no further proof: it was just created, or it is the demo
    /// account.
    private func signedIn(
        _ account: Account, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        let issued = try await community.credentials.issue(
            .session, to: account, scopes: .all, name: request.browser, isProof: true)
        return try await startSession(issued, request, context)
    }

    /// Starts a new session. A session that the browser already had ends.
    private func startSession(
        _ issued: Credentials.Issued, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        if let viewer = context.viewer { try await community.credentials.signOut(viewer) }
        var response = Response.seeOther("/")
        cookies.signIn(issued, from: request, on: &response)
        return response
    }

    private func registrationClosedPage(_ pageContext: PageContext) -> Response {
        pageContext.page(
            "Register",
            """
            <div class="narrow"><h1>Registration is closed</h1>\
            <p>Ask the administrator to create an account for you.</p>
            <p class="next">Already have an account? <a href="/login">Sign in</a></p></div>
            """)
    }

    private func registrationPage(
        _ pageContext: PageContext, _ input: Registration, _ problem: Problem? = nil
    ) -> Response {
        var fields = [
            Field(
                name: "email", label: "Email", type: "email", value: input.email, autocomplete: "email",
                error: problem.error(for: "email")),
            Field(
                name: "fullName", label: "Full name", value: input.fullName, autocomplete: "name",
                isRequired: false,
                error: problem.error(for: "fullName")),
            Field(
                name: "username", label: "Username", value: input.username,
                hint: "Letters a–z, numbers, periods and underscores.",
                autocomplete: "username", error: problem.error(for: "username")),
            Field(
                name: "password", label: "Password", type: "password", hint: "At least 10 characters.",
                autocomplete: "new-password", error: problem.error(for: "password")),
        ]
        if community.accounts.policy == .invite {
            fields.append(
                Field(
                    name: "invite", label: "Invitation code", value: input.invite,
                    hint: "The code that the administrator gave you.",
                    error: problem.error(for: "invite")))
        }
        return pageContext.page(
            "Register", status: problem.status,
            """
            <div class="narrow"><h1>Join the community</h1>\(alert(problem))
            <form method="post" action="/register">\(pageContext.tokenField)\(fields.map(\.html))
            <button class="wide-button">Register</button></form>
            <p class="next">Already have an account? <a href="/login">Sign in</a></p></div>
            """)
    }

    private func signInPage(_ pageContext: PageContext, login: String, _ problem: Problem?) -> Response {
        let fields = [
            Field(name: "login", label: "Username or email", value: login, autocomplete: "username"),
            Field(name: "password", label: "Password", type: "password", autocomplete: "current-password"),
        ]
        return pageContext.page(
            "Sign in", status: problem.status,
            """
            <div class="narrow"><h1>Sign in</h1>\(alert(problem))
            <form method="post" action="/login">\(pageContext.tokenField)\(fields.map(\.html))
            <button class="wide-button">Sign in</button></form>\(when: isDemo, demoButton(pageContext))
            <p class="next">New here? <a href="/register">Register</a></p></div>
            """)
    }
}

/// The button that signs a visitor in as the demo account.
func demoButton(_ pageContext: PageContext) -> HTML {
    let button = buttonForm(
        pageContext, action: "/demo", label: "Try the demo", style: "wide-button quiet")
    return #"<div class="demo">\#(button)</div>"#
}

extension Request {
    /// The `User-Agent` header, which names a session in the list of sessions.
    fileprivate var browser: String { headers[.userAgent] ?? "Browser" }
}

extension Problem? {
    /// The status of a page with a form: an error if the form is shown again because of a problem.
    var status: HTTPResponse.Status {
        guard let problem = self else { return .ok }
        return ErrorReport(problem, requestID: "").status
    }
}
