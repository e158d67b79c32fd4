import Core
import Storage
import TestSupport
import Testing

/// Blocking and muting.
struct BlockTests {
    @Test func `Ada and her posts do not exist for a person whom she blocks`() async throws {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            let (community, grace, post) = (block.community, block.grace, block.post)
            #expect(
                await problem { try await community.profiles.find("ada", for: grace) }?.kind == .notFound)
            #expect(await problem { try await community.posts.find(post.id, for: grace) }?.kind == .notFound)
            #expect(
                try await community.search.people(SearchQuery("ada"), for: grace, page: .first).items.isEmpty)
        }
    }

    @Test func `a block ends the follows between two people, and neither can follow again`() async throws {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            let (community, ada, grace) = (block.community, block.ada, block.grace)
            let profile = try await community.profiles.find("grace", for: ada)
            #expect(
                profile.relationship?.blocking == true && profile.relationship?.following == false
                    && !profile.showsPosts)
            #expect(profile.account.followerCount == 0 && profile.account.followingCount == 0)
            #expect(await problem { try await community.follows.follow("ada", by: grace) }?.kind == .notFound)
            #expect(
                await problem { try await community.follows.follow("grace", by: ada) }?.fields.first?.field
                    == "username")
        }
    }

    @Test func `a block hides the comments and likes of the blocked person`() async throws {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            let (community, ada, post) = (block.community, block.ada, block.post)
            #expect(try await community.comments.of(post.id, for: ada, page: .first).items.isEmpty)
            #expect(try await community.likes.likers(of: post.id, for: ada, page: .first).items.isEmpty)
            #expect(
                await problem { try await community.likes.like(block.comment.id, by: ada) }?.kind == .notFound
            )
        }
    }

    @Test func `the likes and comments of a blocked person on Ada's posts are hidden from everybody`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            var people: [String: Viewer] = [:]
            for name in ["ada", "spammer", "ben", "eve"] { people[name] = try await test.member(name) }
            func person(_ name: String) throws -> Viewer { try #require(people[name]) }
            let (ada, spammer, ben) = (try person("ada"), try person("spammer"), try person("ben"))
            let post = try await test.post(by: ada, "a cat")
            try await community.follows.follow("spammer", by: ben)
            try await community.follows.follow("ada", by: ben)
            for name in ["ben", "spammer"] { try await community.likes.like(post.id, by: try person(name)) }
            _ = try await community.comments.add("lovely", to: post.id, by: ben)
            var spam: [Core.Comment] = []
            for number in 1...3 {
                spam.append(try await community.comments.add("buy \(number)", to: post.id, by: spammer))
            }
            /// What a viewer sees: listed likes and comments, their counts, and the preview in the feed.
            func seen(by viewer: Viewer?) async throws -> [String] {
                let post = try await community.posts.find(post.id, for: viewer)
                let likers = try await community.likes.likers(of: post.id, for: viewer, page: .first).items
                let comments = try await community.comments.of(post.id, for: viewer, page: .first).items
                return likers.map(\.username) + comments.map(\.text)
                    + ["\(post.likesCount) \(post.commentsCount)"]
            }
            func preview() async throws -> [String] {
                let preview = try await community.feed.cards(for: ben, page: .first).previews[post.id]
                return [preview?.likedBy ?? "–"] + (preview?.comments.map(\.text) ?? [])
            }
            let all = ["spammer", "ben", "lovely", "buy 1", "buy 2", "buy 3", "2 4"]
            let withoutSpam = ["ben", "lovely", "1 1"]
            #expect(try await preview() == ["spammer", "buy 2", "buy 3"])
            try await community.blocks.block("spammer", by: ada)
            for viewer in [nil, ada, ben, try person("eve")] {
                #expect(try await seen(by: viewer) == withoutSpam)
            }
            #expect(try await preview() == ["–", "lovely"])
            #expect(await problem { try await community.likes.like(spam[0].id, by: ben) }?.kind == .notFound)
            #expect(
                await problem {
                    try await community.comments.add("yes", to: post.id, replyTo: spam[0].id, by: ben)
                }?.kind == .invalid)
            // Both may delete a hidden comment, and nobody else.
            #expect(await problem { try await community.comments.delete(spam[0].id, by: ben) } != nil)
            try await community.comments.delete(spam[0].id, by: ada)
            try await community.comments.delete(spam[1].id, by: spammer)
            #expect(try await seen(by: nil) == withoutSpam)
            // A person who blocks both is not subtracted twice.
            try await community.blocks.block("spammer", by: ben)
            #expect(try await seen(by: ben) == withoutSpam)
            try await community.blocks.unblock("spammer", by: ben)
            try await community.blocks.unblock("spammer", by: ada)
            #expect(
                try await seen(by: nil) == all.filter { !["buy 1", "buy 2", "2 4"].contains($0) } + ["2 2"])
            #expect(try await community.maintenance.recount() == 0)
        }
    }

    @Test func `what a blocked person does on Ada's posts is hidden from the notifications of others`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, spammer) = (try await test.member("ada"), try await test.member("spammer"))
            let ben = try await test.member("ben")
            let post = try await test.post(by: ada, "a cat")
            let comment = try await community.comments.add("lovely", to: post.id, by: ben)
            _ = try await community.comments.add("buy @ben", to: post.id, by: spammer)
            _ = try await community.comments.add("buy", to: post.id, replyTo: comment.id, by: spammer)
            try await community.likes.like(comment.id, by: spammer)
            _ = try await test.post(by: spammer, "hello @ben")
            func seen() async throws -> [NotificationGroup.Kind] {
                let all = try await community.notifications.all(for: ben, page: .first).items
                #expect(try await community.notifications.unreadCount(for: ben) == all.count)
                return all.map(\.kind)
            }
            #expect(try await seen() == [.mention, .commentLike, .reply, .mention])
            try await community.blocks.block("spammer", by: ada)
            #expect(try await seen() == [.mention])
            try await community.blocks.unblock("spammer", by: ada)
            #expect(try await seen() == [.mention, .commentLike, .reply, .mention])
        }
    }

    @Test(arguments: ["ada", "ben", "eve"])
    func `a like of a comment does not count if`(_ blocker: String) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, spammer) = (try await test.member("ada"), try await test.member("spammer"))
            let (ben, eve) = (try await test.member("ben"), try await test.member("eve"))
            let post = try await test.post(by: ada, "a cat")
            let comment = try await community.comments.add("lovely", to: post.id, by: ben)
            for person in [spammer, eve] { try await community.likes.like(comment.id, by: person) }
            func count(for viewer: Viewer?) async throws -> Int? {
                try await community.comments.of(post.id, for: viewer, page: .first).items.first?.likesCount
            }
            #expect(try await count(for: nil) == 2)
            let viewer = try #require(["ada": ada, "ben": ben, "eve": eve][blocker])
            try await community.blocks.block("spammer", by: viewer)
            // The authors of the post and of the comment decide for everybody, and others for themselves.
            #expect(try await count(for: viewer) == 1)
            #expect(try await count(for: nil) == (blocker == "eve" ? 2 : 1))
            try await community.blocks.unblock("spammer", by: viewer)
            #expect(try await count(for: nil) == 2)
            #expect(try await count(for: viewer) == 2)
        }
    }

    @Test func `a block removes the notifications about the blocked person`() async throws {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            #expect(
                try await block.community.notifications.all(for: block.ada, page: .first).items.isEmpty)
        }
    }

    @Test func `only the person who blocked another can end the block`() async throws {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            let (community, ada, grace) = (block.community, block.ada, block.grace)
            #expect(
                try await community.blocks.blocked(by: ada, page: .first).items.map(\.username) == ["grace"])
            #expect(await problem { try await community.blocks.unblock("ada", by: grace) }?.kind == .notFound)
        }
    }

    @Test func `when two people end their blocks, comments appear again, but follows stay ended`()
        async throws
    {
        try await TestCommunity.with { test in
            let block = try await Block(in: test)
            let (community, ada, grace) = (block.community, block.ada, block.grace)
            // If both block each other at the same time, each can still unblock the other.
            try await test.storage.write { connection in
                try connection.run(
                    "INSERT INTO blocks (id, blocker_id, blocked_id) VALUES (1, \(grace.id), \(ada.id))")
            }
            try await community.blocks.unblock("ada", by: grace)
            try await community.blocks.unblock("grace", by: ada)
            #expect(
                try await community.comments.of(block.post.id, for: ada, page: .first).items.map(\.id) == [
                    block.comment.id
                ])
            #expect(try await community.profiles.find("ada", for: grace).relationship?.following == false)
        }
    }

    @Test func `Ada cannot block herself`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            #expect(await problem { try await test.community.blocks.block("ada", by: ada) }?.kind == .invalid)
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
}

/// Ada, who blocked Grace after they had followed each other, and after Grace had liked Ada's post and
/// commented on it.
private struct Block {
    let community: Community
    let ada: Viewer
    let grace: Viewer
    let post: Post
    let comment: Core.Comment

    init(in test: TestCommunity) async throws {
        community = test.community
        ada = try await test.member("ada")
        grace = try await test.member("grace")
        post = try await test.post(by: ada)
        try await community.follows.follow("ada", by: grace)
        try await community.follows.follow("grace", by: ada)
        comment = try await community.comments.add("hello", to: post.id, by: grace)
        try await community.likes.like(post.id, by: grace)
        // Blocking is idempotent.
        for _ in 0..<2 { try await community.blocks.block("grace", by: ada) }
    }
}
