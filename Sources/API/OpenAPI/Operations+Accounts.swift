import HTTPTypes
import Web

/// Signing in, the member's own account, and credentials.
extension Operations {
    static let signingIn = OperationGroup(
        "Signing in", "Create an account, sign in and sign out.",
        [
            .init(
                .post, "/auth/register", "register", "Register an account and get a token.",
                json: [
                    .init("email", .email, "An email address; one account per address."),
                    .init("fullName", .line(0...64), "At most 64 characters; may be empty."),
                    .init(
                        "username", .username,
                        "1–30 characters of a–z, 0–9, “.” and “_”; not a reserved word."),
                    .init(
                        "password", .newPassword,
                        "10–256 code points; not a common password, not your username or email."),
                    .init("invite", .text, isRequired: false, "Needed if registration is by invitation."),
                ], .created, "SignedIn", takesKey: true, errors: [.forbidden, .conflict]),
            .init(
                .post, "/auth/login", "signIn",
                """
                Sign in by email or username and get a token. With two-step verification, the response is a \
                problem of type `second-factor-required` with a `ticket`.
                """,
                json: [
                    .init("login", .text, "An email address or a username."),
                    .init("password", .password, "The account’s password."),
                ], .ok, "SignedIn", errors: [.unauthorized]),
            .init(
                .post, "/auth/second-factor", "completeSignIn", "Complete a sign-in by a code.",
                json: [
                    .init("ticket", .text, "The `ticket` of the sign-in."),
                    .init("code", .text, "A code of the authenticator app, or a recovery code."),
                ], .ok, "SignedIn", errors: [.unauthorized]),
            .init(.post, "/auth/logout", "signOut", "Revoke the token of this request.", .noContent),
        ])

    static let ownAccount = OperationGroup(
        "Your account", "Read and change your own account, export it, or delete it.",
        [
            .init(.get, "/me", "getOwnAccount", "Get your account with its email address.", .ok, "OwnUser"),
            .init(
                .delete, "/me", "deleteOwnAccount",
                "Delete your account and everything you posted. Permanent.",
                json: [.init("password", .password, "Your password.")], .noContent),
            .init(
                .get, "/me/export", "exportOwnData", "Download everything you made as a ZIP file.", .ok, "ZIP"
            ),
            .init(
                .put, "/me/username", "changeUsername", "Change your username.",
                json: [
                    .init(
                        "username", .username,
                        "1–30 characters of a–z, 0–9, “.” and “_”; not a reserved word.")
                ], .ok, "OwnUser", errors: [.conflict]),
            .init(
                .put, "/me/email", "changeEmail",
                "Change your email address. Ends your other sessions and tokens.",
                json: [
                    .init("email", .email, "The new address."),
                    .init("password", .password, "Your password."),
                ], .ok, "OwnUser", errors: [.conflict]),
            .init(
                .put, "/me/password", "changePassword",
                "Change your password. Ends your other sessions and tokens.",
                json: [
                    .init("currentPassword", .password, "Your current password."),
                    .init("newPassword", .newPassword, "10–256 code points."),
                ], .noContent),
            .init(
                .put, "/profile", "updateProfile",
                "Update your profile. Fields that are left out stay unchanged.",
                json: [
                    .init("fullName", .line(0...64), isRequired: false, "At most 64 characters."),
                    .init("bio", .prose(0...150), isRequired: false, "At most 150 characters."),
                    .init(
                        "website", .website, isRequired: false,
                        "An http or https address of at most 200 characters."),
                    .init("pronouns", .line(0...30), isRequired: false, "At most 30 characters."),
                    .init("isPrivate", .boolean, isRequired: false, "Whether you approve your followers."),
                ], .ok, "OwnUser"),
            .init(
                .put, "/profile/picture", "setProfilePicture",
                "Set your profile picture. It is cropped to a square.",
                form: [.init("image", .file, "A photo of at most 25 MB.")], .ok, "OwnUser"),
            .init(
                .delete, "/profile/picture", "removeProfilePicture", "Remove your profile picture.",
                .noContent),
        ])

    static let security = OperationGroup(
        "Two-step verification", "Protect your account with an authenticator app and recovery codes.",
        [
            .init(
                .get, "/me/security", "getSecurity", "Get what protects your account.", .ok, "Security"),
            .init(
                .post, "/me/totp", "setUpAuthenticator",
                "Get the secret of a new authenticator app. It counts when you confirm it by a code.",
                json: [password], .ok, "AuthenticatorSetup", errors: [.conflict]),
            .init(
                .post, "/me/totp/confirm", "confirmAuthenticator",
                "Turn two-step verification on. The recovery codes are shown only once.",
                json: [.init("code", .text, "The code that the app shows.")], .ok, "RecoveryCodes",
                errors: [.conflict]),
            .init(
                .delete, "/me/totp", "turnOffTwoStep", "Turn two-step verification off.",
                json: [password], .noContent),
            .init(
                .post, "/me/recovery-codes", "renewRecoveryCodes",
                "Replace your recovery codes. They are shown only once.",
                json: [password], .ok, "RecoveryCodes", errors: [.conflict]),
            .init(
                .delete, "/me/trusted-browsers/{id}", "endTrust",
                "Make a trusted browser need a code again.", .noContent),
        ])

    private static let password = APIOperation.Field("password", .password, "Your password.")

    static let credentials = OperationGroup(
        "Sessions and tokens", "List and end the browser sessions and API tokens of your account.",
        [
            .init(
                .get, "/me/sessions", "listSessions", "List the browsers that are signed in.", .ok,
                "CredentialList"),
            .init(.delete, "/me/sessions/{id}", "endSession", "End a session.", .noContent),
            .init(
                .get, "/me/tokens", "listTokens", "List your tokens, without their secrets.", .ok,
                "CredentialList"),
            .init(
                .post, "/me/tokens", "createToken", "Create a token. Its secret is shown only once.",
                json: [
                    .init("name", .line(1...100), "What the token is for."),
                    .init("scopes", .scopes, "`read`, `write`, or both."),
                ], .created, "NewToken", takesKey: true, errors: [.conflict]),
            .init(.delete, "/me/tokens/{id}", "revokeToken", "Revoke a token.", .noContent),
        ])
}
