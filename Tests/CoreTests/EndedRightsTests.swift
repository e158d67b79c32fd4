import Core
import TestSupport
import Testing

/// What somebody could see, or did, before they could not see it any more.
struct EndedRightsTests {
    /// Ada is private, grace follows her and is told of a mention, a reply and a liked comment.
    private func plant(
        _ test: TestCommunity
    ) async throws -> (ada: Viewer, grace: Viewer, post: Post, comment: Core.Comment) {
        let community = test.community
        let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
        _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
        try await community.follows.follow("ada", by: grace)
        try await community.follows.accept("grace", by: ada)
        let post = try await test.post(by: ada, "for @grace")
        let comment = try await community.comments.add("first", to: post.id, by: grace)
        _ = try await community.comments.add("a secret answer", to: post.id, replyTo: comment.id, by: ada)
        try await community.likes.like(comment.id, by: ada)
        try await community.likes.like(post.id, by: grace)
        try await community.saves.save(post.id, by: grace)
        let told = try await community.notifications.all(for: grace, page: .first).items
        #expect(told.map(\.kind) == [.commentLike, .reply, .mention, .accepted])
        return (ada, grace, post, comment)
    }

    enum Ending: CaseIterable { case removed, blocked, left, blocking }

    private func end(_ ending: Ending, _ ada: Viewer, _ grace: Viewer, _ community: Community) async throws {
        switch ending {
        case .removed: try await community.follows.removeFollower("grace", by: ada)
        case .blocked: try await community.blocks.block("grace", by: ada)
        case .left: try await community.follows.unfollow("ada", by: grace)
        case .blocking: try await community.blocks.block("ada", by: grace)
        }
    }

    @Test(arguments: Ending.allCases)
    func `notifications tell nothing of a post that one may not see any more`(_ ending: Ending) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, post, _) = try await plant(test)
            #expect(
                try await community.notifications.unreadCount(for: grace) == 4,
                "which is remembered from here on")
            try await end(ending, ada, grace, community)
            let told = try await community.notifications.all(for: grace, page: .first).items
            #expect(!told.contains { $0.post == post.id || $0.photo != nil || $0.commentText != nil })
            #expect(try await community.notifications.unreadCount(for: grace) == told.count { $0.isUnread })
        }
    }

    @Test func `what is unread is counted anew when an account turns private`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await test.post(by: ada, "for @grace")
            #expect(try await community.notifications.unreadCount(for: grace) == 1)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: true), by: ada)
            #expect(try await community.notifications.unreadCount(for: grace) == 0)
        }
    }

    @Test func `an export names nobody who hides from its reader`() async throws {
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

    @Test func `notifications come back with the right to see what they tell of`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, _, _) = try await plant(test)
            try await community.follows.removeFollower("grace", by: ada)
            _ = try await community.accounts.edit(ProfileEdit(isPrivate: false), by: ada)
            let told = try await community.notifications.all(for: grace, page: .first).items.map(\.kind)
            #expect(told == [.commentLike, .reply, .mention, .accepted])
        }
    }

    @Test(arguments: Ending.allCases)
    func `what one did oneself can be taken back always`(_ ending: Ending) async throws {
        try await TestCommunity.with { test in
            let community = test.community
            let (ada, grace, post, comment) = try await plant(test)
            let answer = try await community.comments.add("another", to: post.id, by: ada)
            try await community.likes.like(answer.id, by: grace)
            try await end(ending, ada, grace, community)
            try await community.likes.unlike(post.id, by: grace)
            try await community.likes.unlike(answer.id, by: grace)
            try await community.saves.unsave(post.id, by: grace)
            try await community.comments.delete(comment.id, by: grace)
            let left = try await community.posts.find(post.id, for: ada)
            #expect(left.likesCount == 0 && left.commentsCount == 1, "the answer to the comment went with it")
            let comments = try await community.comments.of(post.id, for: ada, page: .first).items
            #expect(comments.map(\.likesCount) == [0])
            #expect(try await community.maintenance.recount() == 0)
            // Nothing is left to take back: the post is as if it did not exist.
            for again in [
                await problem { try await community.likes.unlike(post.id, by: grace) },
                await problem { try await community.likes.unlike(answer.id, by: grace) },
                await problem { try await community.saves.unsave(post.id, by: grace) },
                await problem { try await community.comments.delete(comment.id, by: grace) },
            ] { #expect(again?.kind == .notFound) }
        }
    }

    @Test func `who is muted is found by no tag and no words, and by their name`() async throws {
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
