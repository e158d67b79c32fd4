import Core
import Storage
import TestSupport
import Testing

/// A change that requires a password or a session must not happen if that ended between the check and the
/// change.
struct CredentialRaceTests {
    private static let newPassword = "another horse battery"

    /// Returns the community over a storage that changes the password of `member` right before the first
    /// write.
    private func changing(
        _ member: Viewer, of test: TestCommunity
    ) -> (community: Community, storage: InterleavingStorage) {
        let storage = InterleavingStorage(test.storage) {
            try await test.community.accounts.setPassword(Self.newPassword, of: member.summary)
        }
        return (test.community(over: storage), storage)
    }

    @Test func `a sign-in during a change of password does not create a session`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            for kind in [Credential.Kind.session, .token] {
                let (community, storage) = changing(ada, of: test)
                let refused = await problem {
                    try await community.signIn.withPassword(
                        login: "ada", password: TestCommunity.password, as: kind, name: "x",
                        from: SignInOrigin(client: "192.0.2.1"))
                }
                #expect(refused?.kind == .unauthorized && storage.hasRunAction)
                #expect(
                    try await test.storage.read { try $0.int("SELECT count(*) FROM credentials") } == 0,
                    "the old password created a \(kind)")
                await community.close()
                try await test.community.accounts.setPassword(TestCommunity.password, of: ada.summary)
            }
        }
    }

    @Test func `a password that changed or a token that ended during a request permits no change`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let password = TestCommunity.password
            let attempts: [(Community) async -> Problem?] = [
                { c in
                    await problem {
                        try await c.accounts.setEmail("b@example.org", password: password, by: ada)
                    }
                },
                { c in
                    await problem {
                        try await c.accounts.changePassword(
                            from: password, to: "third horse battery", by: ada)
                    }
                },
                { c in await problem { try await c.accounts.deleteOwn(ada, password: password) } },
                { c in
                    await problem { try await c.credentials.createToken(name: "x", scopes: .read, by: ada) }
                },
            ]
            for (number, attempt) in attempts.enumerated() {
                let (community, storage) = changing(ada, of: test)
                let refused = await attempt(community)
                #expect(
                    refused?.kind == .invalid || refused?.kind == .unauthorized,
                    "attempt \(number): \(String(describing: refused))")
                #expect(storage.hasRunAction, "attempt \(number)")
                await community.close()
                try await test.community.accounts.setPassword(password, of: ada.summary)
            }
            let own = try await test.community.accounts.own(ada)
            #expect(own.email == "ada@example.org")
            #expect(try await test.storage.read { try $0.int("SELECT count(*) FROM credentials") } == 0)
        }
    }

    @Test func `a token cannot create a token that lasts longer`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            test.time.advance(by: 24 * 60 * 60 * 1000)
            let made = try await test.community.credentials.createToken(name: "x", scopes: .all, by: ada)
            #expect(made.expiresAt == ada.credential.expiresAt)
            let browser = try await test.signIn(
                login: "ada", password: TestCommunity.password, as: .session, name: "x")
            let session = try #require(
                try await test.community.credentials.viewer(browser.secret, kind: .session))
            let fresh = try await test.community.credentials.createToken(name: "x", scopes: .all, by: session)
            #expect(fresh.expiresAt > made.expiresAt)
        }
    }
}
