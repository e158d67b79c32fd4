import Core
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

/// The operations of the API on the member's own account. `APIClient.send` also validates every response
/// against the OpenAPI document.
struct AccountAPITests {
    private let newPassword = "another horse battery"

    @Test func `Ada edits her profile`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let edited = try await ada.send(
                .put, "/api/profile",
                json: #"{"bio": "hi", "website": "example.org", "pronouns": "she/her", "isPrivate": true}"#)
            #expect(edited.json["bio"] as? String == "hi" && edited.json["isPrivate"] as? Bool == true)
            #expect(edited.json["website"] as? String == "https://example.org")
        }
    }

    @Test func `Ada learns that her biography is too long`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let long = try await ada.send(
                .put, "/api/profile", json: #"{"bio": "\#(String(repeating: "x", count: 151))"}"#)
            #expect(long.status == .unprocessableContent && long.fieldErrors.first?["field"] == "bio")
        }
    }

    @Test func `Ada sets her profile picture and removes it again`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let pictured = try await ada.upload(
                "/api/profile/picture", [.file("image", try Fixtures.bytes("cat.jpg"))], method: .put)
            let url = try #require(pictured.json["profilePictureUrl"] as? String)
            #expect(try await ada.send(.get, url.replacing("http://localhost", with: "")).status == .ok)
            #expect(try await ada.send(.delete, "/api/profile/picture").status == .noContent)
            try await site.test.settle()
            #expect(site.test.storedFiles == [])
        }
    }

    @Test func `Ada learns that a profile picture needs a photo`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let empty = try await ada.upload("/api/profile/picture", [.text("x", "y")], method: .put)
            #expect(empty.fieldErrors.first?["field"] == "image")
        }
    }

    @Test func `Ada changes her username, but not to a reserved one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let renamed = try await ada.send(.put, "/api/me/username", json: #"{"username": "countess"}"#)
            #expect(renamed.json["username"] as? String == "countess")
            #expect(
                try await ada.send(.put, "/api/me/username", json: #"{"username": "api"}"#).status
                    == .unprocessableContent)
        }
    }

    @Test func `Ada changes her email address`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let password = TestCommunity.password
            let changed = try await ada.send(
                .put, "/api/me/email", json: #"{"email": "a@b.org", "password": "\#(password)"}"#)
            #expect(changed.json["email"] as? String == "a@b.org")
        }
    }

    /// Changes Ada's first password to the new one.
    private func changePassword(of ada: APIClient) async throws -> SiteResponse {
        let change = """
            {"currentPassword": "\(TestCommunity.password)", "newPassword": "\(newPassword)"}
            """
        return try await ada.send(.put, "/api/me/password", json: change)
    }

    @Test func `Ada changes her password, if she knows the current one`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            #expect(try await changePassword(of: ada).status == .noContent)
            #expect(try await changePassword(of: ada).fieldErrors.first?["field"] == "currentPassword")
        }
    }

    @Test func `a token without the password cannot delete Ada's account`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            #expect(try await ada.send(.delete, "/api/me").status == .unsupportedMediaType)
            let guess = try await ada.send(
                .delete, "/api/me", json: #"{"password": "not this one at all"}"#)
            #expect(guess.status == .unprocessableContent && guess.fieldErrors.first?["field"] == "password")
            #expect(
                try await ada.send(.get, "/api/me").status == .ok, "a token alone cannot delete the account")
        }
    }

    @Test func `Ada deletes her account with her new password`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            _ = try await changePassword(of: ada)
            let right = #"{"password": "\#(newPassword)"}"#
            #expect(try await ada.send(.delete, "/api/me", json: right).status == .noContent)
            #expect(try await ada.send(.get, "/api/me").status == .unauthorized)
        }
    }

    /// Creates a token with the name “bot”, which may read. Returns its client and its id.
    private func newToken(of ada: APIClient) async throws -> (bot: APIClient, id: String) {
        let made = try await ada.send(
            .post, "/api/me/tokens", json: #"{"name": "bot", "scopes": ["read"]}"#)
        let bot = APIClient(site: ada.site, token: try #require(made.json["token"] as? String))
        let tokens = try await ada.send(.get, "/api/me/tokens").items
        let id = try #require(tokens.first { $0["name"] as? String == "bot" }?["id"] as? String)
        return (bot, id)
    }

    @Test func `Ada creates a token that may read but not write`() async throws {
        try await TestSite.with { site in
            let (bot, _) = try await newToken(of: try await site.apiClient("ada"))
            #expect(try await bot.send(.get, "/api/me").status == .ok)
            #expect(try await bot.send(.put, "/api/profile", json: "{}").status == .forbidden)
        }
    }

    @Test func `Ada learns that a scope does not exist`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            #expect(
                try await ada.send(.post, "/api/me/tokens", json: #"{"name": "x", "scopes": ["all"]}"#).status
                    == .unprocessableContent)
        }
    }

    @Test func `Ada lists her tokens and sees which one she is using`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            _ = try await newToken(of: ada)
            let tokens = try await ada.send(.get, "/api/me/tokens").items
            #expect(tokens.count == 2 && tokens.filter { $0["isCurrent"] as? Bool == true }.count == 1)
        }
    }

    @Test func `a token that Ada revokes no longer works`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let (bot, id) = try await newToken(of: ada)
            #expect(try await ada.send(.delete, "/api/me/tokens/\(id)").status == .noContent)
            #expect(try await bot.send(.get, "/api/me").status == .unauthorized)
        }
    }

    @Test func `Ada's tokens are not among her sessions`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let (bot, id) = try await newToken(of: ada)
            #expect(try await ada.send(.delete, "/api/me/sessions/\(id)").status == .notFound)
            #expect(try await ada.send(.get, "/api/me/sessions").items.isEmpty)
            #expect(try await bot.send(.get, "/api/me").status == .ok)
        }
    }

    @Test func `Ada downloads everything she has posted as a valid ZIP file`() async throws {
        try await TestSite.with { site in
            let ada = try await site.apiClient("ada")
            let post = try await ada.post("mine")
            let response = try await site.client.execute(
                uri: "/api/me/export", method: .get, headers: [.authorization: "Bearer \(ada.token ?? "")"])
            #expect(response.headers[.contentDisposition] == #"attachment; filename="isntgram-ada.zip""#)
            let path = site.test.folder + "/export.zip"
            try Data(response.body.readableBytesView).write(to: URL(fileURLWithPath: path))
            let output = try Fixtures.python(
                """
                import sys, zipfile
                archive = zipfile.ZipFile(sys.argv[1])
                assert archive.testzip() is None
                print(*archive.namelist())
                """, path)
            let names = String(decoding: output, as: UTF8.self)
            #expect(
                names.contains("account.json posts.json comments.json")
                    && names.contains("photos/\(post.code)-1.jpg"))
        }
    }

    @Test func `visitors register with an invitation, or not at all when registration is closed`()
        async throws
    {
        @Sendable func form(_ invite: String) -> String {
            """
            {"email": "a@b.org", "fullName": "", "username": "ada", \
            "password": "\(TestCommunity.password)", "invite": "\(invite)"}
            """
        }
        try await TestSite.with(registration: .invite) { site in
            let client = APIClient(site: site, token: nil)
            #expect(
                try await client.send(.post, "/api/auth/register", json: form("x")).fieldErrors.first?[
                    "field"]
                    == "invite")
            let invite = try await site.test.community.invites.create(uses: 1, days: 1).text
            let page = try await site.browser.open("/register?invite=\(invite)")
            #expect(page.text.contains(#"value="\#(invite)""#))
            #expect(try await client.send(.post, "/api/auth/register", json: form(invite)).status == .created)
        }
        try await TestSite.with(registration: .closed) { site in
            let client = APIClient(site: site, token: nil)
            let refused = try await client.send(.post, "/api/auth/register", json: form(""))
            #expect(refused.status == .forbidden)
            #expect(try await site.browser.open("/register").text.contains("Registration is closed"))
        }
    }
}
