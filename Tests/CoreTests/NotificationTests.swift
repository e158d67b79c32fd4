import Core
import TestSupport
import Testing

struct NotificationTests {
    @Test func `notifications are grouped, counted while unread, and removed with their cause`() async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let ada = try await test.member("ada")
            var others: [Viewer] = []
            for name in ["grace", "linus", "barbara", "donald"] { others.append(try await test.member(name)) }
            let post = try await test.post(by: ada)
            for other in others { try await community.likes.like(post.id, by: other) }
            try await community.likes.like(post.id, by: ada)
            let comment = try await community.comments.add(
                "hello @ada and @linus", to: post.id, by: others[0])
            #expect(try await community.notifications.unreadCount(for: ada) == 5)
            var items = try await community.notifications.all(for: ada, page: .first).items
            #expect(items.map(\.kind) == [.comment, .like] && items.allSatisfy(\.isUnread))
            #expect(items[1].count == 4 && items[1].actors.map(\.username) == ["donald", "barbara", "linus"])
            #expect(items[1].photo?.id == post.photos[0].id && items[0].commentText == comment.text)
            #expect(
                try await community.notifications.all(for: others[1], page: .first).items.map(\.kind) == [
                    .mention
                ])
            try await community.notifications.markRead(by: ada)
            #expect(try await community.notifications.unreadCount(for: ada) == 0)
            try await community.likes.unlike(post.id, by: others[3])
            items = try await community.notifications.all(for: ada, page: .first).items
            #expect(items.first { $0.kind == .like }?.count == 3 && !items.contains(where: \.isUnread))
            let reply = try await community.comments.add("yes", to: post.id, replyTo: comment.id, by: ada)
            #expect(
                try await community.notifications.all(for: others[0], page: .first).items.map(\.kind) == [
                    .reply
                ])
            #expect(reply.replyTo == comment.id)
            let deeper = try await community.comments.add("no", to: post.id, replyTo: reply.id, by: others[1])
            #expect(deeper.replyTo == comment.id, "replies are one level deep")
            try await community.likes.like(comment.id, by: ada)
            #expect(
                try await community.notifications.all(for: others[0], page: .first).items.map(\.kind) == [
                    .commentLike, .reply,
                ])
            try await community.likes.unlike(comment.id, by: ada)
            #expect(try await community.posts.find(post.id, for: nil).commentsCount == 3)
            try await community.comments.delete(comment.id, by: ada)
            #expect(
                try await community.posts.find(post.id, for: nil).commentsCount == 0,
                "its replies are deleted too")
            #expect(try await community.notifications.all(for: others[0], page: .first).items.isEmpty)
            let paged = try await community.notifications.all(for: ada, page: PageRequest(limit: 1))
            #expect(paged.items.count == 1 && paged.nextCursor == nil)
        }
    }

    @Test func `follows and requests create notifications, and pages consist of groups`() async throws {
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

extension Task where Failure == Never {
    /// Cancels the task and waits for its end.
    fileprivate func cancelledValue() async {
        cancel()
        _ = await value
    }
}
