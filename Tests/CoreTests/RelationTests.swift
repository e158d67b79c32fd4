import Core
import Storage
import TestSupport
import Testing

struct RelationTests {
    @Test func `a private account approves its followers and shows its posts only to them`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace, linus) = (
                try await test.member("ada"), try await test.member("grace"), try await test.member("linus")
            )
            let community = test.community
            let post = try await test.post(by: ada, "secret")
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            /// Those of the viewers who may see the post.
            func allowed(_ viewers: Viewer?...) async -> [String] {
                var names: [String] = []
                for viewer in viewers
                where await problem({ try await community.posts.find(post.id, for: viewer) }) == nil {
                    names.append(viewer?.username ?? "visitor")
                }
                return names
            }
            #expect(await allowed(nil, grace, ada) == ["ada"])
            #expect(
                try await community.profiles.withPosts(of: "ada", for: grace, page: .first).posts.items
                    .isEmpty)
            #expect(try await community.explore.recent(for: grace, page: .first).items.isEmpty)
            #expect(
                await problem { try await community.follows.followers(of: "ada", for: grace, page: .first) }?
                    .kind == .notFound)
            #expect(await problem { try await community.likes.like(post.id, by: grace) }?.kind == .notFound)

            for requester in [grace, linus] { try await community.follows.follow("ada", by: requester) }
            #expect(try await community.profiles.find("ada", for: grace).relationship?.requested == true)
            #expect(try await community.profiles.find("grace", for: ada).relationship?.requestedBy == true)
            #expect(
                try await community.follows.requests(to: ada, page: .first).items.map(\.username) == [
                    "linus", "grace",
                ])
            #expect(await allowed(grace) == [])
            try await community.follows.accept("grace", by: ada)
            try await community.follows.reject("linus", by: ada)
            #expect(await allowed(grace, linus) == ["grace"])
            #expect(await problem { try await community.follows.accept("linus", by: ada) }?.kind == .notFound)
            #expect(try await community.feed.all(for: grace, page: .first).items.map(\.id) == [post.id])
            #expect(try await community.accounts.find(username: "ada").followerCount == 1)

            try await community.follows.removeFollower("grace", by: ada)
            #expect(await allowed(grace) == [])
            try await community.follows.follow("ada", by: grace)
            try await community.follows.unfollow("ada", by: grace)
            #expect(
                try await community.follows.requests(to: ada, page: .first).items.isEmpty,
                "unfollowing withdraws the request")
            try await community.follows.follow("ada", by: linus)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: false), by: ada)
            #expect(try await community.profiles.find("ada", for: linus).relationship?.following == true)
            #expect(await allowed(nil) == ["visitor"])
        }
    }

    @Test func `blocking hides two people from each other and removes their follows and notifications`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let community = test.community
            let post = try await test.post(by: ada)
            try await community.follows.follow("ada", by: grace)
            try await community.follows.follow("grace", by: ada)
            let comment = try await community.comments.add("hello", to: post.id, by: grace)
            try await community.likes.like(post.id, by: grace)
            for _ in 0..<2 { try await community.blocks.block("grace", by: ada) }
            #expect(
                await problem { try await community.profiles.find("ada", for: grace) }?.kind == .notFound)
            #expect(await problem { try await community.posts.find(post.id, for: grace) }?.kind == .notFound)
            #expect(await problem { try await community.follows.follow("ada", by: grace) }?.kind == .notFound)
            #expect(
                await problem { try await community.follows.follow("grace", by: ada) }?.fields.first?.field
                    == "username")
            let profile = try await community.profiles.find("grace", for: ada)
            #expect(
                profile.relationship?.blocking == true && profile.relationship?.following == false
                    && !profile.showsPosts)
            #expect(profile.account.followerCount == 0 && profile.account.followingCount == 0)
            #expect(try await community.comments.of(post.id, for: ada, page: .first).items.isEmpty)
            #expect(try await community.likes.likers(of: post.id, for: ada, page: .first).items.isEmpty)
            #expect(
                try await community.search.people(SearchQuery("ada"), for: grace, page: .first).items.isEmpty)
            #expect(try await community.notifications.all(for: ada, page: .first).items.isEmpty)
            #expect(await problem { try await community.likes.like(comment.id, by: ada) }?.kind == .notFound)
            #expect(
                try await community.blocks.blocked(by: ada, page: .first).items.map(\.username) == ["grace"])
            #expect(await problem { try await community.blocks.unblock("ada", by: grace) }?.kind == .notFound)
            // If both block each other at the same time, each can still unblock the other.
            try await test.storage.write { connection in
                try connection.run(
                    "INSERT INTO blocks (id, blocker_id, blocked_id) VALUES (1, \(grace.id), \(ada.id))")
            }
            try await community.blocks.unblock("ada", by: grace)
            try await community.blocks.unblock("grace", by: ada)
            #expect(
                try await community.comments.of(post.id, for: ada, page: .first).items.map(\.id) == [
                    comment.id
                ])
            #expect(try await community.profiles.find("ada", for: grace).relationship?.following == false)
            #expect(await problem { try await community.blocks.block("ada", by: ada) }?.kind == .invalid)
        }
    }

    @Test func `muting hides a person's posts from the feed and their actions from notifications only`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let community = test.community
            try await community.follows.follow("ada", by: grace)
            let post = try await test.post(by: ada)
            let own = try await test.post(by: grace)
            try await community.blocks.mute("ada", by: grace)
            #expect(try await community.feed.all(for: grace, page: .first).items.map(\.id) == [own.id])
            #expect(try await community.explore.recent(for: grace, page: .first).items.map(\.id) == [own.id])
            #expect(await problem { try await community.posts.find(post.id, for: grace) } == nil)
            try await community.likes.like(own.id, by: ada)
            #expect(try await community.notifications.all(for: grace, page: .first).items.isEmpty)
            #expect(try await community.profiles.find("ada", for: grace).relationship?.muting == true)
            #expect(
                try await community.blocks.muted(by: grace, page: .first).items.map(\.username) == ["ada"])
            try await community.blocks.unmute("ada", by: grace)
            #expect(try await community.feed.all(for: grace, page: .first).items.count == 2)
        }
    }

    @Test
    func `saved posts are private, sorted by when they were saved, and shown only while they are visible`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let community = test.community
            let first = try await test.post(by: ada)
            let second = try await test.post(by: ada)
            for post in [second, first, second] { try await community.saves.save(post.id, by: grace) }
            #expect(
                try await community.saves.all(for: grace, page: .first).items.map(\.id) == [
                    first.id, second.id,
                ])
            let page = try await community.saves.all(for: grace, page: PageRequest(limit: 1))
            let next = try PageRequest(cursor: page.nextCursor, limit: "1")
            #expect(try await community.saves.all(for: grace, page: next).items.map(\.id) == [second.id])
            #expect(try await community.posts.find(first.id, for: grace).savedByViewer)
            #expect(try await !community.posts.find(first.id, for: ada).savedByViewer)
            try await community.saves.unsave(first.id, by: grace)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            #expect(try await community.saves.all(for: grace, page: .first).items.isEmpty)
            #expect(try await community.saves.all(for: ada, page: .first).items.isEmpty)
        }
    }

    @Test func `suggestions are friends of friends, then people who post, without known people`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            var people: [String: Viewer] = [:]
            for name in ["ada", "grace", "linus", "barbara", "donald"] {
                people[name] = try await test.member(name)
            }
            let ada = try #require(people["ada"])
            func follow(_ one: String, _ other: String) async throws {
                try await community.follows.follow(other, by: try #require(people[one]))
            }
            try await follow("ada", "grace")
            try await follow("grace", "linus")
            _ = try await test.post(by: try #require(people["donald"]))
            #expect(
                try await community.explore.suggestions(for: ada, limit: 5).map(\.username) == [
                    "linus", "donald",
                ])
            try await community.blocks.mute("donald", by: ada)
            try await community.blocks.block("linus", by: ada)
            #expect(try await community.explore.suggestions(for: ada, limit: 5).isEmpty)
        }
    }
}
