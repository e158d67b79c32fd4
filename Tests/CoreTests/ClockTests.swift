import Storage
import TestSupport
import Testing

@testable import Core

/// A clock that is behind or ahead of the data.
struct ClockTests {
    /// The same community in a process that has just started.
    private func restarted(_ test: TestCommunity) async throws -> (community: Community, clock: ClockCheck) {
        let community = test.community()
        return (community, try await community.continueIDs())
    }

    @Test(arguments: [1, 1000, 60_000, 3_600_000, 400 * 86_400_000] as [Int64])
    func `after a start with a clock that is behind, new posts and comments are the newest`(
        _ back: Int64
    ) async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let first = try await test.post(by: ada)
            let comment = try await test.community.comments.add("1", to: first.id, by: ada)
            test.time.advance(by: -back)
            let (community, clock) = try await restarted(test)
            #expect(clock.now == test.time.clock.now() && clock.newest >= clock.now + back)
            let second = try await community.posts.publish(
                PostDraft(caption: "", photos: .uploads([try test.upload()])), by: ada)
            let third = try await community.posts.publish(
                PostDraft(caption: "", photos: .uploads([try test.upload()])), by: ada)
            #expect(first.id < second.id && second.id < third.id)
            let feed = try await community.feed.all(for: ada, page: PageRequest(cursor: nil, limit: nil))
            #expect(feed.items.map(\.id) == [third.id, second.id, first.id])
            let reply = try await community.comments.add("2", to: first.id, by: ada)
            #expect(reply.id > comment.id && reply.id.value > first.id.value)
            #expect(community.ids.lead > 0)
        }
    }

    @Test func `two instances that start with a clock that is behind make different ids`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            test.time.advance(by: -60_000)
            var ids: Set<ID<Post>> = []
            for _ in 0..<8 {
                let community = try await restarted(test).community
                for _ in 0..<100 { ids.insert(community.ids.next()) }
            }
            #expect(ids.count == 800)
        }
    }

    @Test func `the newest id counts, whatever it belongs to`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let post = try await test.post(by: ada)
            try await test.community.likes.like(post.id, by: grace)
            try await test.community.saves.save(post.id, by: grace)
            _ = try await test.community.comments.add("1", to: post.id, by: grace)
            var clock = try await restarted(test).clock
            #expect(clock.newest <= test.time.clock.now())
            for (days, table) in ["likes", "saves", "notifications"].enumerated() {
                let time = test.time.clock.now() + Int64(days + 1) * 86_400_000
                try await test.storage.write { connection in
                    try connection.run(
                        """
                        UPDATE \(names: [table]) SET id = \(IDSequence.first(at: time))
                        WHERE id = (SELECT MAX(id) FROM \(names: [table]))
                        """)
                }
                clock = try await restarted(test).clock
                #expect(clock.newest == time, "\(table)")
            }
        }
        // Without data there is nothing to compare with.
        try await TestCommunity.with { test in
            let clock = try await restarted(test).clock
            #expect(clock.warning == nil)
        }
    }

    @Test(
        arguments: [
            (0, nil, false), (5_000, nil, false), (6_000, "6 seconds", false), (120_000, "2 minutes", false),
            (3_600_000, "1 hour", false), (86_400_000, "1 day", false), (86_400_001, "1 day", true),
            (366 * 86_400_000, "366 days", true), (-1, nil, false), (-400 * 86_400_000, nil, false),
        ] as [(Int64, String?, Bool)])
    func `the server starts with a clock that is up to a day behind, and after any idle time`(
        _ lead: Int64, _ text: String?, _ isRefused: Bool
    ) {
        let now = TestClock().clock.now()
        let check = ClockCheck(newest: now + lead, now: now)
        #expect(check.isRefused == isRefused)
        #expect((check.warning == nil) == (text == nil))
        if let text { #expect(check.warning?.contains(" is \(text) behind the newest data") == true) }
        #expect((ClockCheck.note(lead: lead) == nil) == (text == nil))
    }

    @Test func `a machine whose clock begins in 1970 does not start`() {
        let check = ClockCheck(newest: IDSequence.time(of: 0), now: 60_000)
        #expect(check.isRefused && check.warning?.contains("1970-01-01T00:01:00.000Z") == true)
    }
}
