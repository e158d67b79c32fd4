import Core
import HTTPTypes
import Hummingbird
import Web

/// Routes for the member's own account: profile, sign-in data, export and deletion.
struct OwnAccountRoutes {
    let community: Community
    let site: Site
    let uploads: UploadFolder
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("me", .member, use: me),
            .delete("me", .member, use: delete),
            .get("me/export", .member, limits: [.exports], use: export),
            .put("me/username", .member, use: setUsername),
            .put("me/email", .member, use: setEmail),
            .put("me/password", .member, use: setPassword),
            .put("profile", .member, use: edit),
            .put("profile/picture", .member, limits: [.uploads], use: setPicture),
            .delete("profile/picture", .member, use: removePicture),
        ]
    }

    private struct ProfileBody: Decodable {
        let fullName: String?
        let bio: String?
        let website: String?
        let pronouns: String?
        let isPrivate: Bool?
    }

    private struct UsernameBody: Decodable { let username: String }
    private struct EmailBody: Decodable {
        let email: String
        let password: String
    }
    private struct PasswordBody: Decodable {
        let currentPassword: String
        let newPassword: String
    }

    private struct DeletionBody: Decodable { let password: String }

    @Sendable func me(_ request: Request, _ context: MemberContext) async throws -> Response {
        try await accountResponse(for: context.member)
    }

    @Sendable func edit(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(ProfileBody.self)
        _ = try await community.accounts.edit(
            ProfileEdit(
                fullName: body.fullName, bio: body.bio, website: body.website, pronouns: body.pronouns,
                isPrivate: body.isPrivate), by: viewer)
        return try await accountResponse(for: viewer)
    }

    @Sendable func setPicture(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await MultipartReader.withForm(
            of: request, in: uploads, from: .account(viewer.id), limits: .onePhoto
        ) { form in
            let file = try form.photo(named: "image")
            _ = try await community.accounts.setPicture(PhotoUpload(file, altText: ""), by: viewer)
            return try await accountResponse(for: viewer)
        }
    }

    @Sendable func removePicture(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await community.accounts.removePicture(by: context.member)
        return .noContent
    }

    @Sendable func setUsername(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        _ = try await community.accounts.setUsername(
            try await request.json(UsernameBody.self).username, by: viewer)
        return try await accountResponse(for: viewer)
    }

    @Sendable func setEmail(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(EmailBody.self)
        try await community.accounts.setEmail(body.email, password: body.password, by: viewer)
        return try await accountResponse(for: viewer)
    }

    @Sendable func setPassword(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(PasswordBody.self)
        try await community.accounts.changePassword(
            from: body.currentPassword, to: body.newPassword, by: viewer)
        return .noContent
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let body = try await request.json(DeletionBody.self)
        try await community.accounts.deleteOwn(viewer, password: body.password)
        return .signedOut(viewer, cookies: cookies)
    }

    @Sendable func export(_ request: Request, _ context: MemberContext) async throws -> Response {
        let own = try await community.accounts.own(context.member)
        return ExportArchive(
            export: community.export, viewer: context.member, account: own.account, email: own.email,
            site: site,
            context: context.web
        ).response
    }

    /// Returns a response with the member's own account. It contains the email address only if the
    /// credential has the scope “read”, so that a client that can only write learns nothing private
    /// from responses.
    private func accountResponse(for viewer: Viewer) async throws -> Response {
        let own = try await community.accounts.own(viewer)
        let mayRead = viewer.credential.scopes.isSuperset(of: .read)
        return .json(UserBody(account: own.account, site: site, email: mayRead ? own.email : nil))
    }
}
