import Core
import HTML
import Hummingbird
import Web

/// Settings of the profile, and of privacy: who can see the posts, blocked and muted accounts.
struct ProfileSettings {
    let community: Community
    let uploads: UploadFolder
    let cookies: SiteCookies

    var routes: [Route] {
        [
            .get("settings", .anyone) { _, _ in .seeOther("/settings/profile") },
            .get("settings/profile", .memberOrSignIn, use: show),
            .post("settings/profile", .member, use: save),
            .post("settings/profile/picture", .member, limits: [.uploads], use: setPicture),
            .post("settings/profile/picture/remove", .member, use: removePicture),
            .get("settings/privacy", .memberOrSignIn, use: privacy),
            .post("settings/privacy", .member, use: savePrivacy),
        ]
    }

    @Sendable func show(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let account = try await community.accounts.own(viewer).account
        return page(layout(context, "profile", request), account)
    }

    @Sendable func save(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        let viewer = context.member
        let edit = ProfileEdit(
            fullName: form["fullName"], bio: form["bio"], website: form["website"], pronouns: form["pronouns"]
        )
        do {
            _ = try await community.accounts.edit(edit, by: viewer)
            return .seeOther("/settings/profile?saved")
        } catch let problem as Problem where !problem.fields.isEmpty {
            let account = try await community.accounts.own(viewer).account
            return page(layout(context, "profile", request, problem), account, edit: edit)
        }
    }

    @Sendable func setPicture(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        return try await request.form(context, uploads: uploads) { form in
            do {
                guard let file = form.files.first, form.files.count == 1 else {
                    throw Problem(.invalid, field: "image", "Choose one photo.")
                }
                _ = try await community.accounts.setPicture(
                    PhotoUpload(file, altText: ""), by: viewer)
                return .seeOther("/settings/profile?saved")
            } catch let problem as Problem where !problem.fields.isEmpty {
                let account = try await community.accounts.own(viewer).account
                return page(layout(context, "profile", request, problem), account)
            }
        }
    }

    @Sendable func removePicture(_ request: Request, _ context: MemberContext) async throws -> Response {
        _ = try await request.form(context)
        _ = try await community.accounts.removePicture(by: context.member)
        return .seeOther("/settings/profile?saved")
    }

    @Sendable func privacy(_ request: Request, _ context: MemberContext) async throws -> Response {
        let viewer = context.member
        let account = try await community.accounts.own(viewer).account
        let blocked = try await community.blocks.blocked(by: viewer, page: PageRequest(limit: 100)).items
        let muted = try await community.blocks.muted(by: viewer, page: PageRequest(limit: 100)).items
        let layout = layout(context, "privacy", request)
        func list(_ accounts: [AccountSummary], action: String, label: String, empty: String) -> HTML {
            layout.pageContext.people(accounts, empty: empty) { account in
                buttonForm(
                    layout.pageContext, action: "\(Site.profile(account.username))/\(action)", label: label,
                    style: "quiet",
                    returnTo: "/settings/privacy")
            }
        }
        return layout.page(
            """
            <form method="post" action="/settings/privacy">\(layout.pageContext.tokenField)
            <p class="check"><input type="checkbox" id="isPrivate" name="isPrivate" value="yes"\
            \(when: account.isPrivate, " checked")>
            <label for="isPrivate">Private account: only followers you accept can see your posts</label></p>
            <button>Save changes</button></form>
            <h2>Blocked</h2>\
            \(list(blocked, action: "unblock", label: "Unblock", empty: "You haven’t blocked anyone."))
            <h2>Muted</h2>\
            \(list(muted, action: "unmute", label: "Unmute", empty: "You haven’t muted anyone."))
            """)
    }

    @Sendable func savePrivacy(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        _ = try await community.accounts.edit(
            ProfileEdit(isPrivate: form["isPrivate"] == "yes"), by: context.member)
        return .seeOther("/settings/privacy?saved")
    }

    private func layout(
        _ context: MemberContext, _ name: String, _ request: Request, _ problem: Problem? = nil
    ) -> SettingsLayout {
        SettingsLayout(
            pageContext: PageContext(context, cookies: cookies), current: name, problem: problem,
            isSaved: request.uri.query == "saved")
    }

    private func page(_ layout: SettingsLayout, _ account: Account, edit: ProfileEdit? = nil) -> Response {
        let problem = layout.problem
        let fields = [
            Field(
                name: "fullName", label: "Full name", value: edit?.fullName ?? account.fullName,
                autocomplete: "name",
                isRequired: false, limit: ProfileEdit.fullNameLimit,
                error: problem.error(for: "fullName")),
            Field(
                name: "pronouns", label: "Pronouns", value: edit?.pronouns ?? account.pronouns,
                isRequired: false,
                limit: ProfileEdit.pronounsLimit, error: problem.error(for: "pronouns")),
            Field(
                name: "website", label: "Website", value: edit?.website ?? account.website,
                autocomplete: "url",
                isRequired: false, limit: ProfileEdit.websiteLimit,
                error: problem.error(for: "website")),
        ]
        let bio = TextArea(
            name: "bio", label: "Bio", rows: 3, value: edit?.bio ?? account.bio, limit: ProfileEdit.bioLimit,
            error: problem.error(for: "bio"))
        let removeButton = buttonForm(
            layout.pageContext, action: "/settings/profile/picture/remove", label: "Remove picture",
            style: "quiet")
        let signOutButton = buttonForm(
            layout.pageContext, action: "/logout", label: "Sign out", style: "quiet")
        return layout.page(
            """
            <div class="picture-form">\(layout.pageContext.avatar(account.summary, isLarge: true))
            <form method="post" action="/settings/profile/picture" enctype="multipart/form-data">\
            \(layout.pageContext.tokenField)
            <label for="image">Profile picture</label>
            <input id="image" name="image" type="file" required \
            accept="\(photoFileTypes)">
            <button class="quiet">Upload</button></form>
            \(when: account.picture != nil, removeButton)</div>
            <form method="post" action="/settings/profile">\
            \(layout.pageContext.tokenField)\(fields.map(\.html))
            \(bio.html)
            <button class="wide-button">Save changes</button></form>
            <div class="next">\(signOutButton)</div>
            """)
    }
}
