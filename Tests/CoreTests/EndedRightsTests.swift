import Core
import TestSupport
import Testing

/// What members can see and undo after they lost the right to see a post.
struct EndedRightsTests {
    /// Ada has a private account. Grace follows her, and has notifications of a mention, a reply and a liked
    /// comment.
    private func populate(
        _ test: TestCommunity
    ) async throws -> (ada: Viewer, grace: Viewer, post: Post, comment: Core.Comment) {
        let community = test.community
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
        try await community.follows.follow("ada", by: grace)
        try await community.follows.accept("grace", by: ada)
        let post = try await test.post(by: ada, "for @grace")
        let comment = try await community.comments.add("first", to: post.id, by: grace)
        _ = try await community.comments.add("a secret reply", to: post.id, replyTo: comment.id, by: ada)
        try await community.likes.like(comment.id, by: ada)
        try await community.likes.like(post.id, by: grace)
        try await community.saves.save(post.id, by: grace)
        let notifications = try await community.notifications.all(for: grace, page: .first).items
        #expect(notifications.map(\.kind) == [.commentLike, .reply, .mention, .accepted])
        return (ada, grace, post, comment)
    }

    enum Ending: CaseIterable { case removed, blocked, unfollowed, blocking }

    private func end(_ ending: Ending, _ ada: Viewer, _ grace: Viewer, _ community: Community) async throws {
        switch ending {
        case .removed: try await community.follows.removeFollower("grace", by: ada)
        case .blocked: try await community.blocks.block("grace", by: ada)
        case .unfollowed: try await community.follows.unfollow("ada", by: grace)
        case .blocking: try await community.blocks.block("ada", by: grace)
        }
    }

    @Test(arguments: Ending.allCases)
    func `notifications show nothing of a post that the viewer may not see any more`(_ ending: Ending)
        async throws
    {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, post, _) = try await populate(test)
            #expect(
                try await community.notifications.unreadCount(for: grace) == 4,
                "the count is cached from here on")
            try await end(ending, ada, grace, community)
            let notifications = try await community.notifications.all(for: grace, page: .first).items
            #expect(
                !notifications.contains { $0.post == post.id || $0.photo != nil || $0.commentText != nil })
            #expect(
                try await community.notifications.unreadCount(for: grace)
                    == notifications.count { $0.isUnread })
        }
    }

    @Test func `the unread count is updated when an account becomes private`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await test.post(by: ada, "for @grace")
            #expect(try await community.notifications.unreadCount(for: grace) == 1)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            #expect(try await community.notifications.unreadCount(for: grace) == 0)
        }
    }

    @Test func `an export does not list people who block the viewer`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            try await community.blocks.mute("ada", by: grace)
            #expect(
                try await community.export.muted(by: grace, page: .first).items.map(\.username) == ["ada"])
            try await community.blocks.block("grace", by: ada)
            #expect(try await community.export.muted(by: grace, page: .first).items.isEmpty)
        }
    }

    @Test func `notifications reappear with the right to see the post`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, _, _) = try await populate(test)
            try await community.follows.removeFollower("grace", by: ada)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: false), by: ada)
            let notifications = try await community.notifications.all(for: grace, page: .first).items.map(
                \.kind)
            #expect(notifications == [.commentLike, .reply, .mention, .accepted])
        }
    }

    @Test(arguments: Ending.allCases)
    func `members can always undo what they did themselves`(_ ending: Ending) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, post, comment) = try await populate(test)
            let reply = try await community.comments.add("another", to: post.id, by: ada)
            try await community.likes.like(reply.id, by: grace)
            try await end(ending, ada, grace, community)
            try await community.likes.unlike(post.id, by: grace)
            try await community.likes.unlike(reply.id, by: grace)
            try await community.saves.unsave(post.id, by: grace)
            try await community.comments.delete(comment.id, by: grace)
            let left = try await community.posts.find(post.id, for: ada)
            #expect(
                left.likesCount == 0 && left.commentsCount == 1,
                "the reply to the comment was deleted with it")
            let comments = try await community.comments.of(post.id, for: ada, page: .first).items
            #expect(comments.map(\.likesCount) == [0])
            #expect(try await community.maintenance.recount() == 0)
            // Nothing is left to undo, so the post is not found.
            for again in [
                await problem { try await community.likes.unlike(post.id, by: grace) },
                await problem { try await community.likes.unlike(reply.id, by: grace) },
                await problem { try await community.saves.unsave(post.id, by: grace) },
                await problem { try await community.comments.delete(comment.id, by: grace) },
            ] { #expect(again?.kind == .notFound) }
        }
    }

    @Test func `muted people are not found by tags or words, but by their username`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let post = try await test.post(by: ada, "harbour #sea")
            let own = try await test.post(by: grace, "harbour #sea")
            func found(_ words: String) async throws -> [ID<Post>] {
                try await community.search.posts(SearchQuery(words), for: grace, page: .first).items.map(\.id)
            }
            #expect(try await found("harbour") == [own.id, post.id])
            try await community.blocks.mute("ada", by: grace)
            #expect(try await found("harbour") == [own.id])
            #expect(try await found("#sea") == [own.id])
            #expect(try await found("from:ada harbour") == [post.id])
            let tagged = try await community.explore.posts(tagged: "sea", for: grace, page: .first)
            #expect(tagged.posts.items.map(\.id) == [own.id] && tagged.tag.postsCount == 1)
            let tags = try await community.search.tags(SearchQuery("sea"), for: grace, page: .first).items
            #expect(tags.map(\.postsCount) == [1])
        }
    }
}
