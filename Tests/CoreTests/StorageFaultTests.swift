import Core
import Storage
import TestSupport
import Testing

/// Tests that errors of the storage are reported as such, and that a change that loses a race is refused with
/// a message.
struct StorageFaultTests {
    @Test func `a busy storage is not reported as a missing comment`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            let comment = try await test.community.comments.add("hi", to: post.id, by: ada)
            let troubled = FaultInjectingStorage(test.storage) { sql in
                sql.text.contains("SELECT c.post_id, a.id, c.reply_to_id") ? .fails(.busy) : nil
            }
            let community = test.community(over: troubled)
            await #expect(throws: StorageError.busy) {
                try await community.comments.add("yes", to: post.id, replyTo: comment.id, by: ada)
            }
            let error = await problem {
                try await test.community.comments.add("yes", to: post.id, replyTo: ID(7), by: ada)
            }
            #expect(error?.fields.map(\.field) == ["replyToId"])
        }
    }

    @Test func `if two people take the same username or email at once, one is told that it is taken`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            _ = try await test.member("grace")
            // The check whether the username or email is taken finds nothing yet.
            let early = FaultInjectingStorage(test.storage) { sql in
                sql.text.hasPrefix("SELECT 1 FROM accounts WHERE ") ? .findsNothing : nil
            }
            let accounts = test.community(over: early).accounts
            let name = await problem { try await accounts.setUsername("grace", by: ada) }
            #expect(name?.kind == .conflict && name?.fields.map(\.field) == ["username"])
            let email = await problem {
                try await accounts.setEmail("grace@example.org", password: TestCommunity.password, by: ada)
            }
            #expect(email?.kind == .conflict && email?.fields.map(\.field) == ["email"])
            #expect(try await test.community.accounts.find(username: "ada").id == ada.id)
        }
    }
}
