import Core
import HTTPTypes
import Hummingbird
import Web

/// Registering, signing in and out, one's own account.
struct AccountRoutes {
    let community: Community

    var routes: RouteCollection<WebContext> {
        let routes = RouteCollection(context: WebContext.self)
        routes.post("auth/register", use: register)
        routes.post("auth/login", use: login)
        routes.post("auth/logout", use: logout)
        routes.get("me", use: me)
        return routes
    }

    private struct RegistrationBody: Decodable {
        let email: String
        let fullName: String
        let username: String
        let password: String
    }

    private struct LoginBody: Decodable {
        let login: String
        let password: String
    }

    private struct SignedInBody: JSONWritable {
        let issued: Credentials.Issued

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("user", UserBody(account: issued.account))
                json.field("token", issued.secret.text)
                json.field("expiresAt", Timestamp(issued.expiresAt).rfc3339)
            }
        }
    }

    @Sendable func register(_ request: Request, _ context: WebContext) async throws -> Response {
        let body = try await request.json(RegistrationBody.self)
        let account = try await community.accounts.register(
            Registration(
                email: body.email, fullName: body.fullName, username: body.username, password: body.password))
        let issued = try await community.credentials.issue(.token, to: account, scopes: .all, name: request.program)
        return .json(SignedInBody(issued: issued), status: .created)
    }

    @Sendable func login(_ request: Request, _ context: WebContext) async throws -> Response {
        let body = try await request.json(LoginBody.self)
        let issued = try await community.credentials.signIn(
            login: body.login, password: body.password, as: .token, name: request.program)
        return .json(SignedInBody(issued: issued))
    }

    @Sendable func logout(_ request: Request, _ context: WebContext) async throws -> Response {
        try await community.credentials.signOut(try context.member())
        return .noContent
    }

    @Sendable func me(_ request: Request, _ context: WebContext) async throws -> Response {
        let own = try await community.accounts.own(try context.member())
        return .json(UserBody(account: own.account, email: own.email))
    }
}

extension Request {
    /// What the client calls itself.
    fileprivate var program: String { headers[.userAgent] ?? "API" }
}
