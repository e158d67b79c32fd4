import Core
import Hummingbird
import Web

/// Routes for credentials: browser sessions and API tokens.
struct CredentialRoutes {
    let community: Community

    var routes: [Route] {
        [
            .get("me/sessions", .member, use: list(.session)),
            .get("me/tokens", .member, use: list(.token)),
            .post("me/tokens", .member, limits: [.newTokens], use: create),
            .delete("me/sessions/{id}", .member, use: end(.session)),
            .delete("me/tokens/{id}", .member, use: end(.token)),
        ]
    }

    private struct NewTokenRequest: Decodable {
        let name: String
        let scopes: [String]
    }

    /// The JSON form of a session or token, without its secret.
    private struct CredentialBody: JSONWritable {
        let summary: CredentialSummary
        let isCurrent: Bool

        func write(to json: inout JSONText) { json.object { writeFields(to: &$0) } }

        func writeFields(to json: inout JSONText) {
            json.field("id", summary.handle)
            json.field("name", summary.name)
            json.field("scopes", summary.credential.scopes.names)
            json.field("isCurrent", isCurrent)
            json.field("createdAt", Timestamp(summary.createdAt).rfc3339)
            json.field("usedAt", Timestamp(summary.credential.usedAt).rfc3339)
            json.field("expiresAt", Timestamp(summary.credential.expiresAt).rfc3339)
        }
    }

    /// The JSON form of a new token. Only this response contains its secret.
    private struct NewTokenBody: JSONWritable {
        let secret: Secret
        let scopes: Credential.Scopes
        let expiresAt: Int64

        func write(to json: inout JSONText) {
            json.object { json in
                json.field("token", secret.text)
                json.field("scopes", scopes.names)
                json.field("expiresAt", Timestamp(expiresAt).rfc3339)
            }
        }
    }

    private func list(_ kind: Credential.Kind) -> Route.Handler<MemberContext> {
        { _, context in
            let viewer = context.member
            let all = try await community.credentials.all(kind, of: viewer)
            let items = all.map {
                CredentialBody(summary: $0, isCurrent: $0.credential.hash == viewer.credential.hash)
            }
            return .json(ListBody(items: items, nextCursor: nil))
        }
    }

    @Sendable func create(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(NewTokenRequest.self)
        guard let scopes = Credential.Scopes(names: body.scopes.joined(separator: " ")) else {
            throw Problem(
                .invalid, field: "scopes", "“scopes” must contain “read”, “write” or both.")
        }
        let issued = try await community.credentials.createToken(
            name: body.name, scopes: scopes, by: viewer, key: try request.idempotencyKey())
        return .json(
            NewTokenBody(secret: issued.secret, scopes: scopes, expiresAt: issued.expiresAt), status: .created
        )
    }

    private func end(_ kind: Credential.Kind) -> Route.Handler<MemberContext> {
        { _, context in
            try await community.credentials.end(
                try context.parameters.require("id"), kind, of: context.member)
            return .noContent
        }
    }
}
