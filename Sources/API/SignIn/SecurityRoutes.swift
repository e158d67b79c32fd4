import Core
import Hummingbird
import Web

/// Routes for how an account is protected: two-step verification and recovery codes. A change needs the
/// password in the body, because a stolen token must not be able to weaken the protection.
struct SecurityRoutes {
    let community: Community
    let site: Site

    var routes: [Route] {
        [
            .get("me/security", .member, use: show),
            .post("me/totp", .member, use: begin),
            .post("me/totp/confirm", .member, use: confirm),
            .delete("me/totp", .member, use: turnOff),
            .post("me/recovery-codes", .member, use: renewCodes),
            .delete("me/trusted-browsers/{id}", .member, use: endTrust),
        ]
    }

    private struct PasswordBody: Decodable { let password: String }
    private struct CodeBody: Decodable { let code: String }

    private struct StateBody: JSONWritable {
        let state: SecondFactors.State

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("twoStepSince", orNull: state.isOnSince.map { Timestamp($0).rfc3339 })
                json.field("recoveryCodesLeft", state.recoveryCodesLeft)
                json.field("trustedBrowsers", state.trustedBrowsers.map(BrowserBody.init))
            }
        }
    }

    private struct BrowserBody: JSONWritable {
        let browser: TrustedBrowser

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("id", browser.handle)
                json.field("name", browser.name)
                json.field("createdAt", Timestamp(browser.createdAt).rfc3339)
                json.field("expiresAt", Timestamp(browser.expiresAt).rfc3339)
            }
        }
    }

    private struct SetupBody: JSONWritable {
        let setup: SecondFactors.Setup

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("secret", setup.secret)
                json.field("uri", setup.uri)
            }
        }
    }

    private struct CodesBody: JSONWritable {
        let codes: [String]

        func write(to json: inout JSONText) { json.object { $0.field("recoveryCodes", codes) } }
    }

    @Sendable func show(_ request: Request, _ context: MemberContext) async throws -> Response {
        .json(StateBody(state: try await community.secondFactors.state(of: context.member)))
    }

    @Sendable func begin(_ request: Request, _ context: MemberContext) async throws -> Response {
        let body = try await request.json(PasswordBody.self)
        let setup = try await community.secondFactors.begin(
            by: context.member, password: body.password, issuer: site.issuer)
        return .json(SetupBody(setup: setup))
    }

    @Sendable func confirm(_ request: Request, _ context: MemberContext) async throws -> Response {
        let body = try await request.json(CodeBody.self)
        return .json(
            CodesBody(codes: try await community.secondFactors.confirm(body.code, by: context.member)))
    }

    @Sendable func turnOff(_ request: Request, _ context: MemberContext) async throws -> Response {
        let body = try await request.json(PasswordBody.self)
        try await community.secondFactors.turnOff(by: context.member, password: body.password)
        return .noContent
    }

    @Sendable func renewCodes(_ request: Request, _ context: MemberContext) async throws -> Response {
        let body = try await request.json(PasswordBody.self)
        return .json(
            CodesBody(
                codes: try await community.secondFactors.renewRecoveryCodes(
                    by: context.member, password: body.password)))
    }

    @Sendable func endTrust(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await community.secondFactors.endTrust(
            try context.parameters.require("id"), of: context.member)
        return .noContent
    }
}
