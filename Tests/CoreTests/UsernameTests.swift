import Core
import Storage
import TestSupport
import Testing

struct UsernameTests {
    private let day: Int64 = 24 * 60 * 60 * 1000

    @Test(arguments: ["ada", "a.d_a", "_ada_", "7", "a.b.c", String(repeating: "x", count: 30)])
    func `these names can be chosen`(_ name: String) {
        #expect(Username.fault(in: name) == nil)
    }

    @Test(arguments: [
        "", "ada.", ".ada", "a..b", ".", "...", "a.", "a b", "ä", "a-b", "saved", "a\u{301}",
        String(repeating: "x", count: 31),
    ])
    func `these names cannot be chosen`(_ name: String) {
        #expect(Username.fault(in: name) != nil)
    }

    @Test func `a name from before the rule about full stops keeps working`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let anna = try await test.member("anna")
            try await test.storage.write { connection in
                try connection.run("UPDATE accounts SET username = 'anna.' WHERE id = \(anna.id)")
            }
            #expect(try await community.profiles.find("anna.", for: nil).account.id == anna.id)
            #expect(
                try await test.signIn(
                    login: "anna.", password: TestCommunity.password, as: .session, name: ""
                ).account.username == "anna.")
            #expect(try await community.accounts.setUsername("anna.", by: anna).username == "anna.")
            let found = try await community.search.posts(
                SearchQuery("from:anna."), for: nil, page: .first)
            #expect(found.items.isEmpty)
            #expect(await problem { try await community.accounts.setUsername("anna..", by: anna) } != nil)
            #expect(try await community.accounts.setUsername("anna", by: anna).username == "anna")
        }
    }

    @Test func `a name that was given up is reserved for its former owner for ninety days`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            let ben = try await test.member("ben")
            _ = try await community.accounts.setUsername("countess", by: ada)
            let taken = "Username “ada” is taken; choose another."
            #expect(await problem { try await test.member("ada") }?.detail == taken)
            #expect(
                await problem { try await community.accounts.setUsername("ada", by: ben) }?.detail == taken)
            // The former owner can take it back, and the other name is reserved then.
            _ = try await community.accounts.setUsername("ada", by: ada)
            #expect(await problem { try await community.accounts.setUsername("countess", by: ben) } != nil)
            test.time.advance(by: 90 * day)
            _ = try await community.accounts.setUsername("countess", by: ben)
            #expect(try await community.profiles.find("countess", for: nil).account.id == ben.id)
        }
    }

    @Test func `a former name leads to the present one, unless its owner is hidden from the viewer`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, ben) = (try await test.member("ada"), try await test.member("ben"))
            let current: (String, Viewer?) async throws -> String? = {
                try await community.accounts.currentUsername(ofFormer: $0, for: $1)
            }
            #expect(try await current("ada", nil) == nil)
            _ = try await community.accounts.setUsername("countess", by: ada)
            _ = try await community.accounts.setUsername("lovelace", by: ada)
            for name in ["ada", "@Ada", "countess"] {
                #expect(try await current(name, nil) == "lovelace")
                #expect(try await current(name, ben) == "lovelace")
            }
            #expect(try await current("lovelace", nil) == nil)
            #expect(try await current("a b", nil) == nil)
            try await community.blocks.block("ben", by: ada)
            #expect(try await current("ada", ben) == nil)
            #expect(try await current("ada", nil) == "lovelace")
            test.time.advance(by: 90 * day)
            #expect(try await current("ada", nil) == nil)
        }
    }

    @Test func `a member changes the name five times in ninety days, and not more often`() async throws {
        try await TestCommunity.with { test in
            let accounts = test.community.accounts
            let ada = try await test.member("ada")
            for number in 1...5 { _ = try await accounts.setUsername("ada\(number)", by: ada) }
            let refused = await problem { try await accounts.setUsername("ada6", by: ada) }
            #expect(refused?.kind == .conflict && refused?.detail.contains("at most 5 times") == true)
            #expect(try await accounts.own(ada).account.username == "ada5")
            // To take a former name back is always possible.
            _ = try await accounts.setUsername("ada", by: ada)
            _ = try await test.community.maintenance.run()
            #expect(await problem { try await accounts.setUsername("ada7", by: ada) } != nil)
            test.time.advance(by: 90 * day)
            _ = try await test.community.maintenance.run()
            let left = try await test.storage.read { try $0.int("SELECT count(*) FROM former_usernames") }
            #expect(left == 0)
            _ = try await accounts.setUsername("ada7", by: ada)
        }
    }
}
