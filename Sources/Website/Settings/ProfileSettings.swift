import Core
import HTML
import Hummingbird
import Web

/// What a member says of themselves, and who may see their posts.
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
        return page(frame(context, "profile", request), account)
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
            return page(frame(context, "profile", request, problem), account, typed: edit)
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
                    PhotoUpload(path: file.path, altText: ""), by: viewer)
                return .seeOther("/settings/profile?saved")
            } catch let problem as Problem where !problem.fields.isEmpty {
                let account = try await community.accounts.own(viewer).account
                return page(frame(context, "profile", request, problem), account)
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
        let frame = frame(context, "privacy", request)
        func list(_ accounts: [AccountSummary], undo: String, label: String, empty: String) -> HTML {
            frame.visit.people(accounts, empty: empty) { account in
                buttonForm(
                    frame.visit, action: "\(Site.profile(account.username))/\(undo)", label: label,
                    style: "quiet",
                    back: "/settings/privacy")
            }
        }
        return frame.page(
            """
            <form method="post" action="/settings/privacy">\(frame.visit.tokenField)
            <p class="check"><input type="checkbox" id="isPrivate" name="isPrivate" value="yes"\(when: account.isPrivate, " checked")>
            <label for="isPrivate">Private account: only followers you accept see your posts</label></p>
            <button>Save</button></form>
            <h2>Blocked</h2>\(list(blocked, undo: "unblock", label: "Unblock", empty: "You block nobody."))
            <h2>Muted</h2>\(list(muted, undo: "unmute", label: "Unmute", empty: "You mute nobody."))
            """)
    }

    @Sendable func savePrivacy(_ request: Request, _ context: MemberContext) async throws -> Response {
        let form = try await request.form(context)
        _ = try await community.accounts.edit(
            ProfileEdit(isPrivate: form["isPrivate"] == "yes"), by: context.member)
        return .seeOther("/settings/privacy?saved")
    }

    private func frame(
        _ context: MemberContext, _ name: String, _ request: Request, _ problem: Problem? = nil
    ) -> SettingsFrame {
        SettingsFrame(
            visit: PageContext(context, cookies: cookies), current: name, problem: problem,
            isSaved: request.uri.query == "saved")
    }

    private func page(_ frame: SettingsFrame, _ account: Account, typed: ProfileEdit? = nil) -> Response {
        let problem = frame.problem
        let fields = [
            Field(
                name: "fullName", label: "Full name", value: typed?.fullName ?? account.fullName,
                autocomplete: "name",
                isRequired: false, maximumLength: ProfileEdit.fullNameLimit,
                fault: problem.fault(of: "fullName")),
            Field(
                name: "pronouns", label: "Pronouns", value: typed?.pronouns ?? account.pronouns,
                isRequired: false,
                maximumLength: ProfileEdit.pronounsLimit, fault: problem.fault(of: "pronouns")),
            Field(
                name: "website", label: "Website", value: typed?.website ?? account.website,
                autocomplete: "url",
                isRequired: false, maximumLength: ProfileEdit.websiteLimit,
                fault: problem.fault(of: "website")),
        ]
        return frame.page(
            """
            <div class="picture-form">\(frame.visit.avatar(account.summary, isLarge: true))
            <form method="post" action="/settings/profile/picture" enctype="multipart/form-data">\(frame.visit.tokenField)
            <label for="image">Profile picture</label>
            <input id="image" name="image" type="file" required accept="image/jpeg,image/png,image/webp,image/gif,image/heic,image/heif,image/avif">
            <button class="quiet">Upload</button></form>
            \(when: account.picture != nil, buttonForm(frame.visit, action: "/settings/profile/picture/remove", label: "Remove picture", style: "quiet"))</div>
            <form method="post" action="/settings/profile">\(frame.visit.tokenField)\(fields.map(\.html))
            <div class="field"><label for="bio">Bio</label>
            <textarea id="bio" name="bio" rows="3" maxlength="\(ProfileEdit.bioLimit)">\(typed?.bio ?? account.bio)</textarea>
            \(problem.fault(of: "bio").map { "<p class=\"fault\">\($0)</p>" as HTML })</div>
            <button class="wide-button">Save</button></form>
            <div class="next">\(buttonForm(frame.visit, action: "/logout", label: "Sign out", style: "quiet"))</div>
            """)
    }
}
