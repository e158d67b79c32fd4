import Core
import HTML
import Hummingbird
import Web

/// Settings of the account: username, email, password, data export, and deletion.
struct AccountSettings {
    let community: Community
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings/account", .memberOrSignIn, use: show),
            .post(
                "settings/account/username", .member,
                use: update { form, viewer in
                    _ = try await community.accounts.setUsername(form["username"], by: viewer)
                }),
            .post(
                "settings/account/email", .member,
                use: update { form, viewer in
                    try await community.accounts.setEmail(
                        form["email"], password: form["password"], by: viewer)
                }),
            .post(
                "settings/account/password", .member,
                use: update { form, viewer in
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

    /// Handles a form: applies the rule, then shows the page with a confirmation or with the problem.
    private func update(
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
        let ownAccount = try await community.accounts.own(viewer)
        let layout = SettingsLayout(
            pageContext: PageContext(context, cookies: cookies), current: "account", problem: problem,
            isSaved: isSaved)
        func passwordField(
            _ id: String, name: String = "password", label: String = "Your password"
        ) -> HTML {
            """
            <div class="field"><label for="\(id)">\(label)</label>
            <input id="\(id)" name="\(name)" type="password" autocomplete="current-password" required></div>
            """
        }
        let emailField = Field(
            name: "email", label: "Email", type: "email", value: ownAccount.email, autocomplete: "email")
        let tokenField = layout.pageContext.tokenField
        return layout.page(
            """
            <h2>Username</h2><form method="post" action="/settings/account/username">\(tokenField)
            \(Field(name: "username", label: "Username", value: ownAccount.account.username).html)
            <button class="quiet">Change username</button></form>
            <h2>Email</h2><form method="post" action="/settings/account/email">\(tokenField)
            \(emailField.html)
            \(passwordField("email-password"))<button class="quiet">Change email</button></form>
            <h2>Password</h2><form method="post" action="/settings/account/password">\(tokenField)
            \(passwordField("currentPassword", name: "currentPassword", label: "Current password"))
            <div class="field"><label for="newPassword">New password</label>
            <input id="newPassword" name="newPassword" type="password" autocomplete="new-password" \
            aria-describedby="new-note" required>
            <p class="hint" id="new-note">At least 10 characters. You’ll be signed out everywhere \
            else.</p></div>
            <button class="quiet">Change password</button></form>
            <h2>Your data</h2><p>Everything you’ve posted, written and liked, in a ZIP file with JSON and \
            photos.</p>
            <p><a class="button quiet" href="/api/me/export" download>Download your data</a></p>
            <h2>Delete account</h2>\
            <p>Your account, posts, photos, comments and likes will be deleted immediately. This can’t be \
            undone.</p>
            <form method="post" action="/settings/account/delete">\
            \(tokenField)\(passwordField("delete-password"))
            <button class="danger">Delete my account</button></form>
            """)
    }
}
