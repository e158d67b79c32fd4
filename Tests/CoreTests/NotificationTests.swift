import Core
import TestSupport
import Testing

struct NotificationTests {
    @Test func `notifications of the same kind about a post are grouped`() async throws {
        try await TestCommunity.with { test in
            let scene = try await LikedPost(in: test)
            let items = try await test.community.notifications.all(for: scene.ada, page: .first).items
            #expect(items.map(\.kind) == [.comment, .like] && items.allSatisfy(\.isUnread))
            #expect(items[1].count == 4 && items[1].actors.map(\.username) == ["donald", "barbara", "linus"])
            #expect(items[1].photo?.id == scene.post.photos[0].id)
            #expect(items[0].commentText == scene.comment.text)
        }
    }

    @Test func `notifications count, each for itself, until Ada has read them`() async throws {
        try await TestCommunity.with { test in
            let (community, ada) = (test.community, try await LikedPost(in: test).ada)
            #expect(try await community.notifications.unreadCount(for: ada) == 5)
            try await community.notifications.markRead(by: ada)
            #expect(try await community.notifications.unreadCount(for: ada) == 0)
        }
    }

    @Test func `a like that is taken back leaves its group, which stays read`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let scene = try await LikedPost(in: test)
            try await community.notifications.markRead(by: scene.ada)
            try await community.likes.unlike(scene.post.id, by: scene.others[3])
            let items = try await community.notifications.all(for: scene.ada, page: .first).items
            #expect(items.first { $0.kind == .like }?.count == 3 && !items.contains(where: \.isUnread))
        }
    }

    @Test func `a person whom a comment mentions is notified`() async throws {
        try await TestCommunity.with { test in
            let scene = try await LikedPost(in: test)
            let items = try await test.community.notifications.all(for: scene.others[1], page: .first).items
            #expect(items.map(\.kind) == [.mention])
        }
    }

    @Test func `the author of a comment is notified of a reply`() async throws {
        try await TestCommunity.with { test in
            let scene = try await LikedPost(in: test)
            _ = try await scene.discuss()
            let items = try await test.community.notifications.all(for: scene.others[0], page: .first).items
            #expect(items.map(\.kind) == [.reply])
        }
    }

    @Test func `a reply to a reply belongs to the first comment`() async throws {
        try await TestCommunity.with { test in
            let scene = try await LikedPost(in: test)
            let (reply, deeper) = try await scene.discuss()
            #expect(reply.replyTo == scene.comment.id)
            #expect(deeper.replyTo == scene.comment.id, "replies are one level deep")
        }
    }

    @Test func `the author of a comment is notified of a like`() async throws {
        try await TestCommunity.with { test in
            let scene = try await LikedPost(in: test)
            _ = try await scene.discuss()
            try await test.community.likes.like(scene.comment.id, by: scene.ada)
            let items = try await test.community.notifications.all(for: scene.others[0], page: .first).items
            #expect(items.map(\.kind) == [.commentLike, .reply])
        }
    }

    @Test func `a deleted comment takes its replies and all their notifications with it`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let scene = try await LikedPost(in: test)
            let (ada, post, comment) = (scene.ada, scene.post, scene.comment)
            _ = try await scene.discuss()
            try await community.likes.like(comment.id, by: ada)
            try await community.likes.unlike(comment.id, by: ada)
            #expect(try await community.posts.find(post.id, for: nil).commentsCount == 3)
            try await community.comments.delete(comment.id, by: ada)
            #expect(
                try await community.posts.find(post.id, for: nil).commentsCount == 0,
                "its replies are deleted too")
            #expect(try await community.notifications.all(for: scene.others[0], page: .first).items.isEmpty)
            // Only the group of likes is left.
            let paged = try await community.notifications.all(for: ada, page: PageRequest(limit: 1))
            #expect(paged.items.count == 1 && paged.nextCursor == nil)
        }
    }

    @Test func `a page of notifications has room for as many groups as its limit`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            var posts: [Post] = []
            for _ in 0..<3 { posts.append(try await test.post(by: ada)) }
            for post in posts { try await community.likes.like(post.id, by: grace) }
            try await community.follows.follow("ada", by: grace)
            let first = try await community.notifications.all(for: ada, page: PageRequest(limit: 2))
            #expect(first.items.map(\.kind) == [.follow, .like])
            let second = try await community.notifications.all(
                for: ada, page: try PageRequest(cursor: first.nextCursor, limit: "2"))
            #expect(second.items.map(\.post) == [posts[1].id, posts[0].id] && second.nextCursor == nil)
        }
    }

    @Test func `a request is a notification until it is accepted, which notifies the person who asked`()
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            try await community.follows.follow("ada", by: grace)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: grace)
            try await community.follows.follow("grace", by: ada)
            #expect(
                try await community.notifications.all(for: grace, page: .first).items.map(\.kind) == [
                    .request
                ])
            try await community.follows.accept("ada", by: grace)
            #expect(try await community.notifications.all(for: grace, page: .first).items.isEmpty)
            #expect(
                try await community.notifications.all(for: ada, page: .first).items.first?.kind == .accepted)
        }
    }

    @Test func `a mention does not notify people who may not see the post`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            let post = try await test.post(by: ada, "look @grace")
            #expect(try await community.notifications.all(for: grace, page: .first).items.isEmpty)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: false), by: ada)
            _ = try await community.posts.edit(post.id, PostEdit(caption: "look @grace"), by: ada)
            #expect(
                try await community.notifications.all(for: grace, page: .first).items.isEmpty,
                "an edit notifies only about new mentions")
            _ = try await community.posts.edit(post.id, PostEdit(caption: "nobody"), by: ada)
            _ = try await community.posts.edit(post.id, PostEdit(caption: "again @grace"), by: ada)
            #expect(
                try await community.notifications.all(for: grace, page: .first).items.map(\.kind) == [
                    .mention
                ])
        }
    }

    @Test func `events reach a listener until it stops listening`() async throws {
        let events = LocalEvents()
        let (ada, grace) = (ID<Account>(1), ID<Account>(2))
        let stream = events.events(for: ada)
        #expect(events.listenerCount == 1)
        await events.publish(.notifications([grace]))
        await events.publish(.credentials([grace, ada]))
        var iterator: AsyncStream<LiveEvent>.Iterator? = stream.makeAsyncIterator()
        #expect(await iterator?.next() == .credentials)
        iterator = nil
        await Task {
            for await _ in stream { break }
        }.cancelledValue()
        #expect(events.listenerCount == 0)
    }
}

/// Ada's post, which she and four others like. Grace's comment on it mentions Ada and Linus.
private struct LikedPost {
    let community: Community
    let ada: Viewer
    /// Grace, Linus, Barbara and Donald.
    let others: [Viewer]
    let post: Post
    let comment: Core.Comment

    init(in test: TestCommunity) async throws {
        community = test.community
        ada = try await test.member("ada")
        var others: [Viewer] = []
        for name in ["grace", "linus", "barbara", "donald"] { others.append(try await test.member(name)) }
        self.others = others
        post = try await test.post(by: ada)
        for other in others { try await community.likes.like(post.id, by: other) }
        try await community.likes.like(post.id, by: ada)
        comment = try await community.comments.add("hello @ada and @linus", to: post.id, by: others[0])
    }

    /// Ada replies to Grace's comment, and Linus replies to that reply.
    func discuss() async throws -> (reply: Core.Comment, deeper: Core.Comment) {
        let reply = try await community.comments.add("yes", to: post.id, replyTo: comment.id, by: ada)
        let deeper = try await community.comments.add("no", to: post.id, replyTo: reply.id, by: others[1])
        return (reply, deeper)
    }
}

extension Task where Failure == Never {
    /// Cancels the task and waits for its end.
    fileprivate func cancelledValue() async {
        cancel()
        _ = await value
    }
}
