import Storage
import TestSupport
import Testing

@testable import Core

/// Tests of the characters that are allowed in texts, and of the comparison of email addresses.
struct TextTests {
    private static let hidden = [
        "line\nbreak", "a\u{2028}b", "zero\u{200B}width", "join\u{2060}er", "\u{FEFF}ada", "so\u{AD}ft",
        "a\u{200D}b",
        "a\u{200C}b", "\u{202E}nimda", "\u{2067}ada\u{2069}", "ada\u{200F}", "ada\u{61C}x", "blank\u{3164}",
        "a\u{85}b",
        "ada\u{E0061}", "a\u{FFF9}b", "a\u{9B}b", "ada\u{FE0F}", "ada1\u{FE0F}", "ada\u{E0100}", "a\u{FE00}b",
        "a\u{2800}b", "\u{2800}", "a\u{1D159}b", "\u{16FE4}", "\u{13430}", "\u{1107F}",
        "\u{E000}", "a\u{0}b", "tab\tbed",
    ]

    @Test(arguments: hidden)
    func `names, locations and labels must not contain invisible characters`(_ text: String) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let form = Registration(
                email: "grace@example.org", fullName: text, username: "grace",
                password: TestCommunity.password)
            let refused = [
                "fullName": [
                    await problem { try await community.accounts.register(form) },
                    await problem { try await community.accounts.edit(ProfileEdit(fullName: text), by: ada) },
                ],
                "pronouns": [
                    await problem { try await community.accounts.edit(ProfileEdit(pronouns: text), by: ada) }
                ],
                "website": [
                    await problem {
                        try await community.accounts.edit(ProfileEdit(website: "a.org/\(text)"), by: ada)
                    }
                ],
                "location": [
                    await problem {
                        try await community.posts.publish(
                            PostDraft(caption: "", location: text, photos: .added([ID(1)])), by: ada)
                    },
                    await problem {
                        try await community.posts.edit(ID(1), PostEdit(location: text), by: ada)
                    },
                ],
                "name": [
                    await problem {
                        try await community.credentials.createToken(name: text, scopes: .read, by: ada)
                    }
                ],
                "username": [await problem { try await community.accounts.setUsername(text, by: ada) }],
                "email": [
                    await problem {
                        try await community.accounts.setEmail(
                            "\(text)@example.org", password: TestCommunity.password, by: ada)
                    },
                    await problem {
                        try await community.accounts.setEmail(
                            "ada@\(text).org", password: TestCommunity.password, by: ada)
                    },
                ],
            ]
            for (field, problems) in refused {
                for problem in problems { #expect(problem?.fields.map(\.field) == [field], "\(field)") }
            }
        }
    }

    @Test(arguments: [
        "Ada Lovelace", "Élodie", "علی\u{200C}رضا", "ക്\u{200D}ഷ", "ന്\u{200D}", "Zoë 👩\u{200D}🚀",
        "❤️\u{200D}🔥", "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "שרה", "李", "O’Neil",
        "葛\u{E0100}城", "1\u{FE0F}\u{20E3}", "☎\u{FE0E}", "©\u{FE0F}",
    ])
    func `names of all scripts and emoji are accepted`(_ name: String) async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            #expect(
                try await test.community.accounts.edit(ProfileEdit(fullName: name), by: ada).fullName == name)
        }
    }

    @Test func `captions and comments may mix directions and lines, but must not override directions`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let mixed = "first line\nשלום \u{2066}Ada 5\u{2069}\u{200F}!\nไทย\u{200B}ไทย"
            let post = try await test.post(by: ada, mixed)
            #expect(post.caption == mixed)
            #expect(try await community.comments.add(mixed, to: post.id, by: ada).text == mixed)
            let photo = post.photos[0].id
            for overriding in ["\u{202E}txt.exe", "\u{202A}x", "x\u{E0041}\u{E0042}"] {
                let refused = [
                    await problem {
                        try await community.posts.edit(post.id, PostEdit(caption: overriding), by: ada)
                    },
                    await problem { try await community.comments.add(overriding, to: post.id, by: ada) },
                    await problem {
                        try await community.posts.edit(
                            post.id, PostEdit(altTexts: [photo: overriding]), by: ada)
                    },
                    await problem {
                        try await community.accounts.edit(ProfileEdit(bio: overriding), by: ada)
                    },
                ]
                #expect(
                    refused.map { $0?.kind } == [.invalid, .invalid, .invalid, .invalid],
                    "\(overriding.debugDescription)")
            }
        }
    }

    @Test func `the name of a browser is shown without invisible characters`() async throws {
        try await TestCommunity.with { test in
            let account = try await test.community.accounts.create(
                Registration(
                    email: "ada@example.org", fullName: "", username: "ada", password: TestCommunity.password)
            )
            let issued = try await test.community.credentials.issue(
                .session, to: account, scopes: .all, name: "Fire\u{202E}\u{200B}fox\n1")
            let viewer = try #require(
                try await test.community.credentials.viewer(issued.secret, kind: .session))
            #expect(
                try await test.community.credentials.all(.session, of: viewer).map(\.name) == ["Firefox1"])
        }
    }

    // MARK: - Email addresses

    /// Different spellings of the same email address.
    private static let spellings = [
        "josé@bücher.example", "jose\u{301}@bu\u{308}cher.example", "José@xn--bcher-kva.example",
        " JOSÉ@BÜCHER.EXAMPLE ",
        "josé@ｂücher。example",
    ]

    @Test(arguments: spellings, spellings)
    func `all spellings of an email address are the same address`(_ registered: String, _ typed: String)
        async throws
    {
        try await TestCommunity.with { test in
            let accounts = test.community.accounts
            func form(_ name: String, _ email: String) -> Registration {
                Registration(email: email, fullName: "", username: name, password: TestCommunity.password)
            }
            let account = try await accounts.register(form("jose", registered))
            let signedIn = try await test.signIn(
                login: typed, password: TestCommunity.password, as: .session, name: "")
            #expect(signedIn.account.id == account.id)
            #expect(
                await problem { try await accounts.register(form("other", typed)) } == Accounts.emailTaken)
            let email = try await test.storage.read { try AccountRecords.email(of: account.id, in: $0) }
            #expect(email?.utf8.elementsEqual("jos\u{E9}@xn--bcher-kva.example".utf8) == true)
        }
    }

    @Test func `members who registered before email addresses were normalized can still sign in`()
        async throws
    {
        try await TestCommunity.with { test in
            let password = TestCommunity.password
            // As an earlier version stored them. If two are equal now, the later one stays unchanged.
            let stored = [
                ("ada", "ada@bu\u{308}cher.example"), ("ben", "ben@b\u{FC}cher.example"),
                ("eve", "ada@b\u{FC}cher.example"), ("zed", "z\u{200B}ed@example.org"),
                ("kim", "kim@example.org"),
            ]
            for (name, email) in stored {
                let member = try await test.member(name)
                try await test.storage.write { connection in
                    try connection.run("UPDATE accounts SET email = \(email) WHERE id = \(member.id)")
                }
            }
            func names(_ logins: [String]) async throws -> [String] {
                var names: [String] = []
                for login in logins {
                    names.append(
                        try await test.signIn(
                            login: login, password: password, as: .session, name: ""
                        ).account.username)
                }
                return names
            }
            try await Community.migrate(test.storage)
            #expect(try await names(stored.map(\.1)) == ["ada", "ben", "ada", "zed", "kim"])
            #expect(
                try await names(["ada@bücher.example", "ben@xn--bcher-kva.example", "eve"]) == [
                    "ada", "ben", "eve",
                ])
            let emails = try await test.storage.read { connection in
                try connection.rows("SELECT email FROM accounts ORDER BY username") { $0.text() }
            }
            #expect(
                emails.map { Array($0.utf8) }
                    == [
                        "ada@xn--bcher-kva.example", "ben@xn--bcher-kva.example", "ada@b\u{FC}cher.example",
                        "kim@example.org", "z\u{200B}ed@example.org",
                    ].map { Array($0.utf8) })
            let again = Registration(
                email: "ben@bücher.example", fullName: "", username: "b", password: password)
            #expect(
                await problem { try await test.community.accounts.register(again) } == Accounts.emailTaken)
        }
    }
}
