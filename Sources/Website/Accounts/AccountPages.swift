import Core
import HTML
import HTTPTypes
import Hummingbird
import Web

/// Registering, signing in and out.
struct AccountPages {
    let community: Community
    let cookies: SiteCookies
    let isDemo: Bool

    var routes: [Route] {
        let routes: [Route] = [
            .get("register", .anyone, use: registration),
            .post("register", .anyone, limits: [.register], use: register),
            .get("login", .anyone, use: signInForm),
            .post("login", .anyone, limits: [.signIn], use: signIn),
            .post("logout", .anyone, use: signOut),
        ]
        return isDemo ? routes + [.post("demo", .anyone, use: tryDemo)] : routes
    }

    @Sendable func registration(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer == nil else { return .seeOther("/") }
        let pageContext = PageContext(context, cookies: cookies)
        guard community.accounts.policy != .closed else { return closed(pageContext) }
        return page(
            pageContext,
            Registration(
                email: "", fullName: "", username: "", password: "", invite: request.queryText("invite")))
    }

    @Sendable func register(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        let registration = Registration(
            email: form["email"], fullName: form["fullName"], username: form["username"],
            password: form["password"],
            invite: form["invite"])
        do {
            let account = try await community.accounts.register(registration)
            return try await signedIn(account, request, context)
        } catch let problem as Problem where !problem.fields.isEmpty {
            return page(PageContext(context, cookies: cookies), registration, problem)
        }
    }

    @Sendable func signInForm(_ request: Request, _ context: WebContext) async throws -> Response {
        guard context.viewer == nil else { return .seeOther("/") }
        return signInPage(PageContext(context, cookies: cookies), login: "", nil)
    }

    @Sendable func signIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await request.form(context)
        do {
            let issued = try await community.credentials.signIn(
                login: form["login"], password: form["password"], as: .session, name: request.browser,
                from: cookies.origin(of: request, context))
            return try await enter(issued, request, context)
        } catch let problem as Problem where problem.kind == .unauthorized {
            return signInPage(PageContext(context, cookies: cookies), login: form["login"], problem)
        }
    }

    /// Signs a visitor in as the demo account, with no password.
    @Sendable func tryDemo(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try await request.form(context)
        return try await signedIn(try await community.accounts.demo(), request, context)
    }

    @Sendable func signOut(_ request: Request, _ context: WebContext) async throws -> Response {
        // Whoever signed out in another tab has what they want, and a form of a session that is over.
        if let viewer = context.viewer {
            _ = try await request.form(context)
            try await community.credentials.signOut(viewer)
        }
        var response = Response.seeOther("/")
        cookies.signOut(on: &response)
        return response
    }

    private func signedIn(_ account: Account, _ request: Request, _ context: WebContext) async throws
        -> Response
    {
        let issued = try await community.credentials.issue(
            .session, to: account, scopes: .all, name: request.browser)
        return try await enter(issued, request, context)
    }

    /// A new session for every sign-in; one that the browser had before ends.
    private func enter(
        _ issued: Credentials.Issued, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        if let viewer = context.viewer { try await community.credentials.signOut(viewer) }
        var response = Response.seeOther("/")
        cookies.signIn(issued, from: request, on: &response)
        return response
    }

    private func closed(_ pageContext: PageContext) -> Response {
        pageContext.page(
            "Register",
            """
            <div class="narrow"><h1>Registration is closed</h1><p>Ask whoever keeps this site to make you an account.</p>
            <p class="next">Have an account? <a href="/login">Sign in</a></p></div>
            """)
    }

    private func page(_ pageContext: PageContext, _ typed: Registration, _ problem: Problem? = nil) -> Response {
        var fields = [
            Field(
                name: "email", label: "Email", type: "email", value: typed.email, autocomplete: "email",
                error: problem.error(for: "email")),
            Field(
                name: "fullName", label: "Full name", value: typed.fullName, autocomplete: "name",
                isRequired: false,
                error: problem.error(for: "fullName")),
            Field(
                name: "username", label: "Username", value: typed.username,
                hint: "Letters a–z, digits, “.” and “_”.",
                autocomplete: "username", error: problem.error(for: "username")),
            Field(
                name: "password", label: "Password", type: "password", hint: "At least 10 characters.",
                autocomplete: "new-password", error: problem.error(for: "password")),
        ]
        if community.accounts.policy == .invite {
            fields.append(
                Field(
                    name: "invite", label: "Invitation", value: typed.invite,
                    hint: "The code that a keeper of this site gave you.",
                    error: problem.error(for: "invite")))
        }
        return pageContext.page(
            "Register", status: problem.status,
            """
            <div class="narrow"><h1>Join the community</h1>\(alert(problem))
            <form method="post" action="/register">\(pageContext.tokenField)\(fields.map(\.html))
            <button class="wide-button">Register</button></form>
            <p class="next">Have an account? <a href="/login">Sign in</a></p></div>
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

/// Lets a visitor in without an account.
func demoButton(_ pageContext: PageContext) -> HTML {
    "<div class=\"demo\">\(buttonForm(pageContext, action: "/demo", label: "Try the demo", style: "wide-button quiet"))</div>"
}

extension Request {
    /// What the browser calls itself, to tell sessions apart.
    fileprivate var browser: String { headers[.userAgent] ?? "Browser" }
}

extension Problem? {
    /// The status of a page that shows a form again.
    var status: HTTPResponse.Status {
        guard let problem = self else { return .ok }
        return ErrorReport(problem, requestID: "").status
    }
}
