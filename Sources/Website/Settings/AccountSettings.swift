import Core
import HTML
import Hummingbird
import Web

/// How a member gets in, taking everything away, and leaving.
struct AccountSettings {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings/account", .memberOrSignIn, use: show),
            .post(
                "settings/account/username", .member,
                use: change { form, viewer in
                    _ = try await community.accounts.setUsername(form["username"], by: viewer)
                }),
            .post(
                "settings/account/email", .member,
                use: change { form, viewer in
                    try await community.accounts.setEmail(
                        form["email"], password: form["password"], by: viewer)
                }),
            .post(
                "settings/account/password", .member,
                use: change { form, viewer in
                    try await community.accounts.changePassword(
                        from: form["currentPassword"], to: form["newPassword"], by: viewer)
                }),
            .post("settings/account/delete", .member, use: delete),
        ]
    }

    @Sendable func show(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await page(viewer, context, isSaved: request.uri.query == "saved")
    }

    @Sendable func delete(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        do {
            try await community.accounts.deleteOwn(viewer, password: form["password"])
        } catch let problem as Problem where !problem.fields.isEmpty {
            return try await page(viewer, context, problem)
        }
        var response = Response.seeOther("/")
        cookies.signOut(on: &response)
        return response
    }

    private func change(
        _ rule: @escaping @Sendable (Form, Viewer) async throws -> Void
    ) -> Route.Handler<MemberContext> {
        { request, context in
            let form = try await request.form(context)
            do {
                try await rule(form, context.member)
                return .seeOther("/settings/account?saved")
            } catch let problem as Problem where !problem.fields.isEmpty {
                return try await page(context.member, context, problem)
            }
        }
    }

    private func page(
        _ viewer: Viewer, _ context: MemberContext, _ problem: Problem? = nil, isSaved: Bool = false
    ) async throws -> Response {
        let own = try await community.accounts.own(viewer)
        let frame = SettingsFrame(
            visit: PageContext(context, cookies: cookies), current: "account", problem: problem,
            isSaved: isSaved)
        func password(_ id: String, _ name: String = "password", _ label: String = "Your password") -> HTML {
            """
            <div class="field"><label for="\(id)">\(label)</label>
            <input id="\(id)" name="\(name)" type="password" autocomplete="current-password" required></div>
            """
        }
        return frame.page(
            """
            <h2>Username</h2><form method="post" action="/settings/account/username">\(frame.visit.tokenField)
            <div class="field"><label for="username">Username</label>
            <input id="username" name="username" type="text" value="\(own.account.username)" maxlength="\(Username.maximumLength)" required></div>
            <button class="quiet">Change username</button></form>
            <h2>Email</h2><form method="post" action="/settings/account/email">\(frame.visit.tokenField)
            <div class="field"><label for="email">Email</label>
            <input id="email" name="email" type="email" value="\(own.email)" autocomplete="email" required></div>
            \(password("email-password"))<button class="quiet">Change email</button></form>
            <h2>Password</h2><form method="post" action="/settings/account/password">\(frame.visit.tokenField)
            \(password("currentPassword", "currentPassword", "Current password"))
            <div class="field"><label for="newPassword">New password</label>
            <input id="newPassword" name="newPassword" type="password" autocomplete="new-password" aria-describedby="new-note" required>
            <p class="hint" id="new-note">At least 10 characters. Every other session ends.</p></div>
            <button class="quiet">Change password</button></form>
            <h2>Your data</h2><p>Everything you posted, wrote and liked, as a ZIP file of JSON and photos.</p>
            <p><a class="button quiet" href="/api/me/export" download>Download everything</a></p>
            <h2>Leave</h2><p>Deletes your account, posts, photos, comments and likes at once. There is no way back.</p>
            <form method="post" action="/settings/account/delete">\(frame.visit.tokenField)\(password("delete-password"))
            <button class="danger">Delete my account</button></form>
            """)
    }
}
