import Core
import HTTPTypes
import Hummingbird
import Web

/// Routes to register, sign in and sign out.
struct AccountRoutes {
    let community: Community
    let site: Site
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .post("auth/register", .anyone, limits: [.register], use: register),
            .post("auth/login", .anyone, limits: [.signIn], use: login),
            .post("auth/second-factor", .anyone, limits: [.signIn], use: completeSignIn),
            .post("auth/logout", .member, use: logout),
        ]
    }

    private struct RegistrationBody: Decodable {
        let email: String
        let fullName: String
        let username: String
        let password: String
        let invite: String?
    }

    private struct LoginBody: Decodable {
        let login: String
        let password: String
    }

    private struct SecondFactorBody: Decodable {
        let ticket: String
        let code: String
    }

    private struct SignedInBody: JSONWritable {
        let issued: Credentials.Issued
        let site: Site

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("user", UserBody(account: issued.account, site: site))
                json.field("token", issued.secret.text)
                json.field("expiresAt", Timestamp(issued.expiresAt).rfc3339)
            }
        }
    }

    @Sendable func register(_ request: Request, _ context: WebContext) async throws -> Response {
        let body = try await request.json(RegistrationBody.self)
        let key = try request.idempotencyKey()
        let form = Registration(
            email: body.email, fullName: body.fullName, username: body.username, password: body.password,
            invite: body.invite ?? "")
        let issued: Credentials.Issued
        do {
            let account = try await community.accounts.register(form, key: key)
            issued = try await community.credentials.issue(
                .token, to: account, scopes: .all, name: request.clientName)
        } catch let problem as Problem {
            guard let key, try await community.accounts.wereRegistered(form, key: key) else { throw problem }
            // The password proves that the repeated request is by the same person.
            issued = try await signIn(form.username, form.password, request, context)
        }
        return .json(SignedInBody(issued: issued, site: site), status: .created)
    }

    @Sendable func login(_ request: Request, _ context: WebContext) async throws -> Response {
        let body = try await request.json(LoginBody.self)
        let issued = try await signIn(body.login, body.password, request, context)
        return .json(SignedInBody(issued: issued, site: site))
    }

    private func signIn(
        _ login: String, _ password: String, _ request: Request, _ context: WebContext
    ) async throws -> Credentials.Issued {
        let outcome = try await community.signIn.withPassword(
            login: login, password: password, as: .token, name: request.clientName,
            from: SignInOrigin(client: context.clientKey))
        switch outcome {
        case .signedIn(let issued): return issued
        case .needsSecondFactor(let ticket):
            throw Problem(
                .secondFactorRequired(
                    ticket: ticket.secret.text, methods: ticket.methods.map(\.rawValue)),
                "This account has two-step verification. Send a code with the ticket.")
        }
    }

    @Sendable func completeSignIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let body = try await request.json(SecondFactorBody.self)
        let issued = try await community.signIn.withCode(
            body.code, ticket: Secret(body.ticket), from: SignInOrigin(client: context.clientKey))
        return .json(SignedInBody(issued: issued, site: site))
    }

    @Sendable func logout(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.credentials.signOut(context.member)
        return .signedOut(context.member, cookies: cookies)
    }
}

extension Response {
    /// Returns an empty response. If the member used a browser session, it also removes the session
    /// cookie.
    static func signedOut(_ member: Viewer, cookies: SiteCookies) -> Response {
        var response = Response.noContent
        if member.credential.kind == .session { cookies.signOut(on: &response) }
        return response
    }
}

extension Request {
    /// The name of the client, from its `User-Agent` header.
    fileprivate var clientName: String { headers[.userAgent] ?? "API" }
}
