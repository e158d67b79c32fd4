import Core
import TestSupport
import Testing

/// Follows and private accounts, saved posts, and suggestions.
struct RelationTests {
    @Test func `nobody but Ada sees the posts and followers of her private account`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, grace, post) = (account.community, account.grace, account.post)
            #expect(await account.allowed(nil, grace, account.ada) == ["ada"])
            #expect(
                try await community.profiles.withPosts(of: "ada", for: grace, page: .first).posts.items
                    .isEmpty)
            #expect(try await community.explore.recent(for: grace, page: .first).items.isEmpty)
            #expect(
                await problem { try await community.follows.followers(of: "ada", for: grace, page: .first) }?
                    .kind == .notFound)
            #expect(await problem { try await community.likes.like(post.id, by: grace) }?.kind == .notFound)
        }
    }

    @Test func `a person who follows a private account only asks to follow it`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, ada, grace) = (account.community, account.ada, account.grace)
            for requester in [grace, account.linus] {
                try await community.follows.follow("ada", by: requester)
            }
            #expect(try await community.profiles.find("ada", for: grace).relationship?.requested == true)
            #expect(try await community.profiles.find("grace", for: ada).relationship?.requestedBy == true)
            #expect(
                try await community.follows.requests(to: ada, page: .first).items.map(\.username) == [
                    "linus", "grace",
                ])
            #expect(await account.allowed(grace) == [])
        }
    }

    @Test func `a private account approves its followers and shows its posts only to them`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, ada, grace) = (account.community, account.ada, account.grace)
            for requester in [grace, account.linus] {
                try await community.follows.follow("ada", by: requester)
            }
            try await community.follows.accept("grace", by: ada)
            try await community.follows.reject("linus", by: ada)
            #expect(await account.allowed(grace, account.linus) == ["grace"])
            #expect(await problem { try await community.follows.accept("linus", by: ada) }?.kind == .notFound)
            #expect(
                try await community.feed.all(for: grace, page: .first).items.map(\.id) == [account.post.id])
            #expect(try await community.accounts.find(username: "ada").followerCount == 1)
        }
    }

    @Test func `a follower whom Ada removes no longer sees her posts`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, ada, grace) = (account.community, account.ada, account.grace)
            try await community.follows.follow("ada", by: grace)
            try await community.follows.accept("grace", by: ada)
            #expect(await account.allowed(grace) == ["grace"])
            try await community.follows.removeFollower("grace", by: ada)
            #expect(await account.allowed(grace) == [])
        }
    }

    @Test func `Grace withdraws her request by unfollowing`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, ada, grace) = (account.community, account.ada, account.grace)
            try await community.follows.follow("ada", by: grace)
            try await community.follows.unfollow("ada", by: grace)
            #expect(
                try await community.follows.requests(to: ada, page: .first).items.isEmpty,
                "unfollowing withdraws the request")
        }
    }

    @Test func `people who asked to follow an account follow it when it becomes public`() async throws {
        try await TestCommunity.with { test in
            let account = try await PrivateAccount(in: test)
            let (community, ada, linus) = (account.community, account.ada, account.linus)
            // Linus may ask again after Ada rejected his first request.
            try await community.follows.follow("ada", by: linus)
            try await community.follows.reject("linus", by: ada)
            try await community.follows.follow("ada", by: linus)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: false), by: ada)
            #expect(try await community.profiles.find("ada", for: linus).relationship?.following == true)
            #expect(await account.allowed(nil) == ["visitor"])
        }
    }

    /// Grace with two posts by Ada, of which she saved the second one before the first one.
    private func savedPosts(
        in test: TestCommunity
    ) async throws -> (ada: Viewer, grace: Viewer, first: Post, second: Post) {
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        let first = try await test.post(by: ada)
        let second = try await test.post(by: ada)
        for post in [second, first, second] { try await test.community.saves.save(post.id, by: grace) }
        return (ada, grace, first, second)
    }

    @Test func `saved posts are sorted by when they were saved`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (_, grace, first, second) = try await savedPosts(in: test)
            #expect(
                try await community.saves.all(for: grace, page: .first).items.map(\.id) == [
                    first.id, second.id,
                ])
            let page = try await community.saves.all(for: grace, page: PageRequest(limit: 1))
            let next = try PageRequest(cursor: page.nextCursor, limit: "1")
            #expect(try await community.saves.all(for: grace, page: next).items.map(\.id) == [second.id])
        }
    }

    @Test func `only Grace knows which posts she saved`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, first, _) = try await savedPosts(in: test)
            #expect(try await community.posts.find(first.id, for: grace).savedByViewer)
            #expect(try await !community.posts.find(first.id, for: ada).savedByViewer)
            #expect(try await community.saves.all(for: ada, page: .first).items.isEmpty)
        }
    }

    @Test func `Grace removes a post from her saved posts`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (_, grace, first, second) = try await savedPosts(in: test)
            try await community.saves.unsave(first.id, by: grace)
            #expect(try await community.saves.all(for: grace, page: .first).items.map(\.id) == [second.id])
        }
    }

    @Test func `saved posts are shown only while they are visible`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, _, _) = try await savedPosts(in: test)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            #expect(try await community.saves.all(for: grace, page: .first).items.isEmpty)
        }
    }

    /// Ada, who follows Grace, who follows Linus; Barbara; and Donald, who posts.
    private func circle(in test: TestCommunity) async throws -> Viewer {
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        for name in ["linus", "barbara"] { _ = try await test.member(name) }
        let donald = try await test.member("donald")
        try await test.community.follows.follow("grace", by: ada)
        try await test.community.follows.follow("linus", by: grace)
        _ = try await test.post(by: donald)
        return ada
    }

    @Test func `suggestions are friends of friends, then people who post`() async throws {
        try await TestCommunity.with { test in
            let ada = try await circle(in: test)
            #expect(
                try await test.community.explore.suggestions(for: ada, limit: 5).map(\.username) == [
                    "linus", "donald",
                ])
        }
    }

    @Test func `people whom Ada mutes or blocks are not suggested`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await circle(in: test)
            try await community.blocks.mute("donald", by: ada)
            try await community.blocks.block("linus", by: ada)
            #expect(try await community.explore.suggestions(for: ada, limit: 5).isEmpty)
        }
    }
}

/// Ada's private account with one post, and two people who do not follow her yet.
private struct PrivateAccount {
    let community: Community
    let ada: Viewer
    let grace: Viewer
    let linus: Viewer
    let post: Post

    init(in test: TestCommunity) async throws {
        community = test.community
        ada = try await test.member("ada")
        grace = try await test.member("grace")
        linus = try await test.member("linus")
        post = try await test.post(by: ada, "secret")
        _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
    }

    /// Those of the viewers who may see the post.
    func allowed(_ viewers: Viewer?...) async -> [String] {
        var names: [String] = []
        for viewer in viewers
        where await problem({ try await community.posts.find(post.id, for: viewer) }) == nil {
            names.append(viewer?.username ?? "visitor")
        }
        return names
    }
}
