import Core
import Storage
import TestSupport
import Testing

/// The same password on keyboards that produce different code points.
struct PasswordNormalizationTests {
    @Test(arguments: [
        ("cafe\u{301} au lait", "caf\u{E9} au lait"), ("\u{1112}\u{1161}\u{11AB}글 비밀번호 열자", "한글 비밀번호 열자"),
        ("A\u{30A}ngstro\u{308}m 1868", "\u{212B}ngström 1868"),
        ("たか\u{3099}くちにほんこ\u{3099}です。", "たがくちにほんごです。"),
    ])
    func `a password matches in every canonically equivalent form`(_ one: String, _ other: String)
        async throws
    {
        for (chosen, typed) in [(one, other), (other, one)] {
            try await TestCommunity.with { test in
                _ = try await test.community.accounts.register(
                    Registration(
                        email: "ada@example.org", fullName: "", username: "ada", password: chosen))
                let credentials = test.community.credentials
                for password in [chosen, typed] {
                    let issued = try await test.signIn(
                        login: "ada", password: password, as: .session, name: "")
                    #expect(issued.account.username == "ada")
                }
                #expect(
                    await problem {
                        try await test.signIn(
                            login: "ada", password: typed + "!", as: .session, name: "")
                    }?.kind == .unauthorized)
            }
        }
    }

    @Test(arguments: [("e\u{301}", 9, false), ("e\u{301}", 10, true), ("\u{1112}\u{1161}\u{11AB}", 4, false)])
    func `a password is as long as its normal form`(_ letter: String, _ count: Int, _ isAccepted: Bool)
        async throws
    {
        try await TestCommunity.with { test in
            let form = Registration(
                email: "ada@example.org", fullName: "", username: "ada",
                password: String(repeating: letter, count: count))
            let refused = await problem { try await test.community.accounts.register(form) }
            #expect(refused?.fields.map(\.field) == (isAccepted ? nil : ["password"]))
        }
    }

    @Test func `a password that was hashed as it was typed still matches when it is typed so`() async throws {
        // Of “cafe\u{301} au lait”, as older versions hashed it.
        let hash =
            "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$l+U4OYwt521QHoL3ovDFpCdz9XFgrEyofedlcdkGMIM"
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            try await test.storage.write { connection in
                try connection.run("UPDATE accounts SET password_hash = \(hash)")
            }
            let issued = try await test.signIn(
                login: "ada", password: "cafe\u{301} au lait", as: .session, name: "")
            #expect(issued.account.username == "ada")
            #expect(
                await problem {
                    try await test.signIn(
                        login: "ada", password: "cafe au lait", as: .session, name: "")
                }?.kind == .unauthorized)
        }
    }
}
