import Core
import Foundation
import MediaStorage
import Storage
import TestSupport
import Testing

struct OwnAccountTests {
    @Test func `a profile can be edited within its limits`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let accounts = test.community.accounts
            let edited = try await accounts.edit(
                ProfileEdit(
                    fullName: " Ada L. ", bio: "a\r\nb", website: "example.org/a", pronouns: "she/her"),
                by: ada)
            #expect(
                edited.fullName == "Ada L." && edited.bio == "a\nb"
                    && edited.website == "https://example.org/a")
            #expect(
                try await accounts.edit(ProfileEdit(bio: "x"), by: ada).website == "https://example.org/a",
                "values that are not given do not change")
            #expect(try await accounts.edit(ProfileEdit(website: ""), by: ada).website == "")
            let long = ProfileEdit(
                fullName: String(repeating: "x", count: 65), bio: String(repeating: "x", count: 151),
                website: "javascript:alert(1)",
                pronouns: String(repeating: "x", count: 31))
            let refused = await problem { try await accounts.edit(long, by: ada) }
            #expect(refused?.fields.map(\.field) == ["fullName", "bio", "website", "pronouns"])
            for website in ["http://", "https://user@a.org", "https://a b.org", "ftp://a.org", "https://a"] {
                #expect(
                    await problem { try await accounts.edit(ProfileEdit(website: website), by: ada) } != nil,
                    "\(website)")
            }
        }
    }

    @Test func `a profile picture is stored, replaced and removed with its files`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let accounts = test.community.accounts
            let first = try await accounts.setPicture(try test.upload(), by: ada)
            let key = try #require(first.summary.pictureKey)
            let small = try #require(first.summary.smallPictureKey)
            #expect(test.storedFiles.contains(key) && test.storedFiles.contains(small))
            let second = try await accounts.setPicture(try test.upload("coffee.jpg"), by: ada)
            let newKey = try #require(second.summary.pictureKey)
            try await test.settle()
            #expect(!test.storedFiles.contains(key) && test.storedFiles.contains(newKey))
            let report = try await test.community.maintenance.run()
            #expect(report.straysMovedAside == 0 && report.unclaimedFiles == 0)
            #expect(try await accounts.removePicture(by: ada).picture == nil)
            try await test.settle()
            #expect(test.storedFiles == [])
            let text = test.uploads.newPath()
            try Data("none".utf8).write(to: URL(fileURLWithPath: text))
            #expect(
                await problem {
                    try await accounts.setPicture(PhotoUpload(path: text, altText: ""), by: ada)
                }?.kind
                    == .unsupported)
        }
    }

    @Test func `username, email and password can be changed, and other sessions end`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let accounts = test.community.accounts
            let credentials = test.community.credentials
            #expect(try await accounts.setUsername("@Countess", by: ada).username == "countess")
            #expect(
                await problem { try await accounts.setUsername("countess", by: grace) }?.kind == .conflict)
            #expect(await problem { try await accounts.setUsername("admin", by: grace) }?.kind == .invalid)
            let other = try await test.signIn(
                login: "countess", password: TestCommunity.password, as: .session, name: "x")
            #expect(
                await problem { try await accounts.setEmail("new@example.org", password: "wrong", by: ada) }?
                    .kind == .invalid)
            #expect(
                await problem {
                    try await accounts.setEmail(
                        "grace@example.org", password: TestCommunity.password, by: ada)
                }?
                .kind
                    == .conflict)
            try await accounts.setEmail("New@example.org", password: TestCommunity.password, by: ada)
            #expect(try await accounts.own(ada).email == "new@example.org")
            #expect(
                try await credentials.viewer(other.secret, kind: .session) == nil,
                "other sessions end when the email changes")
            #expect(try await credentials.isValid(ada))
            #expect(
                await problem {
                    try await accounts.changePassword(from: "wrong", to: "another horse", by: ada)
                }?.fields.first?
                .field == "currentPassword")
            try await accounts.changePassword(
                from: TestCommunity.password, to: "another horse battery", by: ada)
            #expect(try await credentials.isValid(ada))
            _ = try await test.signIn(
                login: "new@example.org", password: "another horse battery", as: .token, name: "")
        }
    }

    @Test func `members can list and end only their own sessions and tokens`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let credentials = test.community.credentials
            let session = try await test.signIn(
                login: "ada", password: TestCommunity.password, as: .session, name: "Firefox")
            let listed = try await credentials.all(.session, of: ada)
            #expect(listed.map(\.name) == ["Firefox"])
            #expect(
                await problem { try await credentials.end(listed[0].handle, of: grace) }?.kind == .notFound)
            #expect(await problem { try await credentials.end("?", of: ada) }?.kind == .notFound)
            try await credentials.end(listed[0].handle, of: ada)
            #expect(try await credentials.viewer(session.secret, kind: .session) == nil)
            let token = try await credentials.createToken(name: " bot ", scopes: .read, by: ada)
            let reader = try #require(try await credentials.viewer(token.secret, kind: .token))
            #expect(
                await problem { try await credentials.createToken(name: "x", scopes: .write, by: reader) }?
                    .kind == .invalid)
            #expect(
                await problem { try await credentials.createToken(name: " ", scopes: [], by: ada) }?.fields
                    .map(\.field) == [
                        "name", "scopes",
                    ])
            #expect(try await credentials.all(.token, of: ada).map(\.name).contains("bot"))
            let browser = try await test.signIn(
                login: "ada", password: TestCommunity.password, as: .session, name: "a")
            _ = try await test.signIn(
                login: "ada", password: TestCommunity.password, as: .session, name: "b")
            let current = try #require(try await credentials.viewer(browser.secret, kind: .session))
            try await credentials.endOtherSessions(of: current)
            #expect(try await credentials.all(.session, of: ada).map(\.name) == ["a"])
        }
    }

    @Test func `an export contains everything that the member created`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let post = try await test.post(by: ada, "mine")
            let other = try await test.post(by: grace, "hers")
            _ = try await test.community.comments.add("hi", to: other.id, by: ada)
            try await test.community.likes.like(other.id, by: ada)
            try await test.community.saves.save(other.id, by: ada)
            try await test.community.follows.follow("grace", by: ada)
            let export = test.community.export
            #expect(try await export.posts(of: ada, page: .first).items.map(\.id) == [post.id])
            #expect(try await export.comments(of: ada, page: .first).items.map(\.text) == ["hi"])
            #expect(try await export.liked(by: ada, page: .first).items == [other.id])
            #expect(try await export.saved(by: ada, page: .first).items == [other.id])
            #expect(try await export.following(by: ada, page: .first).items == [grace.summary])
            #expect(try await export.followers(of: ada, page: .first).items == [])
            #expect(try await export.blocked(by: ada, page: .first).items == [])
        }
    }

    @Test func `an invitation works for a limited number of people and days`() async throws {
        try await TestCommunity.with(registration: .invite) { test in
            let accounts = test.community.accounts
            func form(_ name: String, _ invite: String) -> Registration {
                Registration(
                    email: "\(name)@example.org", fullName: "", username: name,
                    password: TestCommunity.password, invite: invite)
            }
            let invite = try await test.community.invites.create(uses: 1, days: 2).text
            #expect(
                await problem { try await accounts.register(form("ada", "none")) }?.fields.first?.field
                    == "invite")
            #expect(try await accounts.all().isEmpty, "no account was created")
            _ = try await accounts.register(form("ada", " \(invite) "))
            #expect(await problem { try await accounts.register(form("grace", invite)) }?.kind == .invalid)
            // Without a valid invitation, the response does not reveal whether a username or email address is
            // taken.
            let (known, unknown) = (form("ada", invite), form("nobody", invite))
            let refused = await problem { try await accounts.register(known) }
            #expect(refused?.fields.first?.field == "invite")
            #expect(await problem { try await accounts.register(unknown) } == refused)
            let second = try await test.community.invites.create(uses: 1, days: 1).text
            #expect(await problem { try await accounts.register(form("ada", second)) }?.kind == .conflict)
            _ = try await accounts.register(form("linus", second))
            let old = try await test.community.invites.create(uses: 5, days: 1).text
            test.time.advance(by: 25 * 60 * 60 * 1000)
            #expect(await problem { try await accounts.register(form("grace", old)) }?.kind == .invalid)
            #expect(try await test.community.maintenance.run().spentInvites == 3)
            #expect(
                await problem { try await test.community.invites.create(uses: 0, days: 400) }?.fields.count
                    == 2)
            _ = try await accounts.create(form("helen", ""))
        }
        try await TestCommunity.with(registration: .closed) { test in
            let form = Registration(
                email: "a@example.org", fullName: "", username: "ada", password: TestCommunity.password)
            #expect(await problem { try await test.community.accounts.register(form) }?.kind == .forbidden)
        }
    }

    @Test func `maintenance removes expired records and corrects counters`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            _ = try await community.photos.add(try test.upload(), by: ada)
            let stray = test.uploads.newPath()
            try Data("x".utf8).write(to: URL(fileURLWithPath: stray))
            try await community.media.put([MediaFile(path: stray, name: "thumb.jpg")], under: .random())
            try await test.storage.write { connection in
                try connection.run("UPDATE accounts SET posts_count = 7, follower_count = 3")
                try connection.run("UPDATE posts SET likes_count = 9")
            }
            test.time.advance(by: 25 * 60 * 60 * 1000)
            var report = try await community.maintenance.run()
            #expect(
                report.waitingPhotos == 1 && report.straysMovedAside == 1 && report.correctedCounters == 3)
            #expect(try await community.posts.find(post.id, for: nil).likesCount == 0)
            report = try await community.maintenance.run()
            #expect(report.lines.allSatisfy { $0.count == 0 })
            test.time.advance(by: 400 * 24 * 60 * 60 * 1000)
            #expect(try await community.maintenance.run().expiredCredentials == 1)
        }
    }
}
