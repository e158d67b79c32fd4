import Core
import TestSupport
import Testing

struct AccountTests {
    private func registration(
        email: String = "ada@example.org", fullName: String = "Ada", username: String = "ada",
        password: String = TestCommunity.password
    ) -> Registration {
        Registration(email: email, fullName: fullName, username: username, password: password)
    }

    @Test func `a registered member can sign in by username or email`() async throws {
        try await TestCommunity.with { test in
            let account = try await test.community.accounts.register(
                registration(email: " Ada@Example.org ", username: "@Ada"))
            #expect(account.username == "ada" && account.postsCount == 0)
            for login in ["ada", "ADA", "ada@example.org"] {
                let issued = try await test.signIn(
                    login: login, password: TestCommunity.password, as: .session, name: "x")
                #expect(issued.account.id == account.id)
                let viewer = try await test.community.credentials.viewer(issued.secret, kind: .session)
                #expect(viewer?.username == "ada")
                #expect(try await test.community.credentials.viewer(issued.secret, kind: .token) == nil)
            }
        }
    }

    @Test func `the error names all fields that are not valid`() async throws {
        try await TestCommunity.with { test in
            let refused = await problem {
                try await test.community.accounts.register(
                    registration(
                        email: "ada", fullName: String(repeating: "a", count: 65), username: "a b",
                        password: "short"))
            }
            #expect(refused?.kind == .invalid)
            #expect(refused?.fields.map(\.field) == ["email", "fullName", "username", "password"])
            #expect(refused?.detail == "4 fields are not valid.")
        }
    }

    @Test(arguments: [
        "", "a b", "ä", "a/b", "login", "p", "..", String(repeating: "a", count: 31),
    ])
    func `a username that is not valid is rejected`(_ name: String) {
        #expect(Username.fault(in: name) != nil)
    }

    @Test(arguments: ["a", "a.b_c9", "_", String(repeating: "a", count: 30)])
    func `a valid username is accepted`(_ name: String) { #expect(Username.fault(in: name) == nil) }

    @Test(arguments: [
        "ada", "@b.c", "a@b", "a@b..c", "a@-b.c", "a b@c.d", "a@b.c@d.e", "<a>@b.c",
        "a@b.\(String(repeating: "c", count: 260))",
    ])
    func `an email that is not valid is rejected`(_ email: String) async throws {
        try await TestCommunity.with { test in
            let refused = await problem {
                try await test.community.accounts.register(registration(email: email))
            }
            #expect(refused?.fields.map(\.field) == ["email"])
        }
    }

    @Test(arguments: [
        "123456789", "qwertyuiop", "Password123", String(repeating: "x", count: 257), "ada.lovelace",
    ])
    func `a weak password is rejected`(_ password: String) async throws {
        try await TestCommunity.with { test in
            let refused = await problem {
                try await test.community.accounts.register(
                    registration(username: "ada.lovelace", password: password))
            }
            #expect(refused?.fields.map(\.field) == ["password"])
        }
    }

    @Test func `control characters and too many combining marks are rejected`() async throws {
        try await TestCommunity.with { test in
            for name in ["a\u{0}b", "a" + String(repeating: "\u{301}", count: 2000)] {
                let refused = await problem {
                    try await test.community.accounts.register(registration(fullName: name))
                }
                #expect(refused?.fields.map(\.field) == ["fullName"])
            }
        }
    }

    @Test func `a username or email that is taken is a conflict`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            let usernameProblem = await problem {
                try await test.community.accounts.register(registration(email: "other@example.org"))
            }
            #expect(
                usernameProblem
                    == Problem(.conflict, field: "username", "Username “ada” is taken; choose another."))
            let emailProblem = await problem {
                try await test.community.accounts.register(registration(username: "other"))
            }
            #expect(emailProblem?.kind == .conflict && emailProblem?.fields.first?.field == "email")
        }
    }

    @Test func `a wrong password and an unknown user get the same error`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            var problems: [Problem?] = []
            for (login, password) in [
                ("ada", "wrong password"), ("nobody", TestCommunity.password),
                ("ada", String(repeating: "x", count: 300)),
            ] {
                problems.append(
                    await problem {
                        try await test.signIn(
                            login: login, password: password, as: .session, name: "")
                    })
            }
            #expect(problems[0]?.kind == .unauthorized)
            #expect(problems.allSatisfy { $0 == problems[0] })
        }
    }

    @Test func `a login with a character that no database can store belongs to nobody`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            for name in ["ada\u{0}", "\u{0}", "ada\u{0}@example.org"] {
                let signIn = await problem {
                    try await test.signIn(
                        login: name, password: TestCommunity.password, as: .session, name: "")
                }
                #expect(signIn?.kind == .unauthorized)
                let profile = await problem { try await test.community.profiles.find(name, for: nil) }
                #expect(profile?.kind == .notFound)
            }
        }
    }

    @Test func `use extends a session, and an unused one expires; use does not extend a token`()
        async throws
    {
        try await TestCommunity.with { test in
            let credentials = test.community.credentials
            let account = try await test.community.accounts.register(registration())
            let session = try await credentials.issue(.session, to: account, scopes: .all, name: "").secret
            let token = try await credentials.issue(.token, to: account, scopes: .read, name: "").secret
            test.time.advance(by: Credential.Kind.session.lifetime - 1000)
            #expect(try await credentials.viewer(session, kind: .session) != nil)
            #expect(try await credentials.viewer(token, kind: .token)?.credential.scopes == .read)
            test.time.advance(by: 2000)
            #expect(try await credentials.viewer(session, kind: .session) != nil)
            test.time.advance(by: Credential.Kind.token.lifetime - Credential.Kind.session.lifetime - 1500)
            #expect(try await credentials.viewer(token, kind: .token) != nil)
            test.time.advance(by: 1000)
            #expect(try await credentials.viewer(token, kind: .token) == nil)
            test.time.advance(by: Credential.Kind.session.lifetime + 1)
            #expect(try await credentials.viewer(session, kind: .session) == nil)
        }
    }

    @Test func `signing out and a new password end sessions and tokens`() async throws {
        try await TestCommunity.with { test in
            let credentials = test.community.credentials
            let account = try await test.community.accounts.register(registration())
            let secrets = [
                try await credentials.issue(.token, to: account, scopes: .all, name: "").secret,
                try await credentials.issue(.token, to: account, scopes: .all, name: "").secret,
                try await credentials.issue(.token, to: account, scopes: .all, name: "").secret,
            ]
            let viewer = try #require(try await credentials.viewer(secrets[0], kind: .token))
            try await credentials.signOut(viewer)
            #expect(
                try await credentials.viewer(secrets[0], kind: .token) == nil,
                "the cache does not contain it any more")
            #expect(try await credentials.revoke(secrets[1]))
            #expect(try await !credentials.revoke(secrets[1]))
            let weak = await problem {
                try await test.community.accounts.setPassword("short", of: account.summary)
            }
            #expect(weak?.kind == .invalid)
            try await test.community.accounts.setPassword("another horse battery", of: account.summary)
            #expect(try await credentials.viewer(secrets[2], kind: .token) == nil)
            #expect(try await credentials.revokeTokens(of: account) == 0)
            _ = try await test.signIn(
                login: "ada", password: "another horse battery", as: .token, name: "")
        }
    }

    @Test func `deleting an account deletes all it did and corrects the counters of others`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let post = try await test.post(by: grace)
            let own = try await test.post(by: ada)
            for (me, other, target) in [(ada, "grace", post), (grace, "ada", own)] {
                try await test.community.follows.follow(other, by: me)
                try await test.community.likes.like(target.id, by: me)
                for text in ["one", "two"] {
                    _ = try await test.community.comments.add(text, to: target.id, by: me)
                }
            }
            let account = try await test.community.accounts.find(username: "ada")
            #expect(try await test.community.accounts.all().count == 2)
            try await test.community.accounts.delete(account.summary)
            #expect(try await test.community.accounts.all().map(\.followerCount) == [0])
            let left = try await test.community.posts.find(post.id, for: grace)
            #expect(left.likesCount == 0 && left.commentsCount == 0)
            try await test.settle()
            #expect(test.storedFiles.count == 3)
            #expect(
                await problem { try await test.community.accounts.find(username: "ada") }?.kind == .notFound)
            let error = await problem { try await test.community.accounts.own(ada) }
            #expect(error?.kind == .notFound)
        }
    }

    @Test func `too many sign-ins at once are rejected with a time to retry`() async throws {
        try await TestCommunity.with { test in
            let refusals = await withTaskGroup(of: Problem?.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        await problem {
                            try await test.signIn(
                                login: "x", password: "y", as: .token, name: "")
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1?.kind) }
            }
            #expect(refusals.contains(.unavailable(retryAfter: 2)))
            #expect(refusals.contains(.unauthorized))
        }
    }

    @Test func `scopes are parsed from their names`() {
        #expect(Credential.Scopes(names: "read,write") == .all)
        #expect(Credential.Scopes(names: "read") == .read)
        #expect(Credential.Scopes(names: "") == nil)
        #expect(Credential.Scopes(names: "read admin") == nil)
    }

    @Test func `a form token is valid for one secret only`() {
        let secret = Secret.random()
        #expect(secret.accepts(formToken: secret.formToken))
        #expect(!secret.accepts(formToken: ""))
        #expect(!secret.accepts(formToken: String(secret.formToken.dropLast())))
        // If the comparison used only some of the characters, a few of these would pass.
        let others = (0..<1000).filter { _ in secret.accepts(formToken: Secret.random().formToken) }
        #expect(others == [])
        #expect(Secret("a").hash == Secret("a").hash && Secret("a").hash.count == 32)
    }
}
