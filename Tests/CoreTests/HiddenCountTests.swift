import Core
import TestSupport
import Testing

/// The counts equal the lists that the viewer sees.
struct HiddenCountTests {
    @Test func `likes, comments and follows of hidden people are not listed`() async throws {
        try await TestCommunity.with { test in
            let crowd = try await Crowd(in: test)
            for (name, expected) in Crowd.numbers {
                let viewer = try name.map { try crowd.person($0) }
                #expect(try await crowd.lengths(for: viewer) == expected)
            }
        }
    }

    @Test func `likes, comments and follows of hidden people are not counted`() async throws {
        try await TestCommunity.with { test in
            let crowd = try await Crowd(in: test)
            for (name, expected) in Crowd.numbers {
                let viewer = try name.map { try crowd.person($0) }
                #expect(try await crowd.counts(for: viewer).allSatisfy { $0 == expected })
            }
        }
    }

    @Test func `a recount finds no wrong counter after people have blocked each other`() async throws {
        try await TestCommunity.with { test in
            _ = try await Crowd(in: test)
            #expect(try await test.community.maintenance.recount() == 0)
        }
    }
}

/// Ada with a post, and three people who like it, comment on it, follow Ada and are followed by her. One of
/// them is blocked by Ben, who follows Ada too, and another one blocks him.
private struct Crowd {
    /// What Ben, Ada and a visitor see: the numbers of likes, comments, followers and followed people.
    static let numbers: [(viewer: String?, expected: [Int])] = [
        ("ben", [1, 4, 2, 1]), ("ada", [3, 6, 4, 3]), (nil, [3, 6, 4, 3]),
    ]

    private let community: Community
    private let people: [String: Viewer]
    private let post: Post

    init(in test: TestCommunity) async throws {
        let community = test.community
        var people: [String: Viewer] = [:]
        for name in ["ada", "grace", "linus", "barbara", "ben"] {
            people[name] = try await test.member(name)
        }
        func member(_ name: String) throws -> Viewer { try #require(people[name]) }
        let post = try await test.post(by: try member("ada"), "a cat #cat")
        for name in ["grace", "linus", "barbara"] {
            try await community.likes.like(post.id, by: try member(name))
            let comment = try await community.comments.add("hi", to: post.id, by: try member(name))
            _ = try await community.comments.add(
                "yes", to: post.id, replyTo: comment.id, by: try member("ada"))
            try await community.follows.follow("ada", by: try member(name))
            try await community.follows.follow(name, by: try member("ada"))
        }
        let ben = try member("ben")
        try await community.follows.follow("ada", by: ben)
        try await community.blocks.block("grace", by: ben)
        try await community.blocks.block("ben", by: try member("linus"))
        // Muted people are listed and counted.
        try await community.blocks.mute("barbara", by: ben)
        self.community = community
        self.people = people
        self.post = post
    }

    func person(_ name: String) throws -> Viewer { try #require(people[name]) }

    /// The lengths of the lists that a viewer sees.
    func lengths(for viewer: Viewer?) async throws -> [Int] {
        [
            try await community.likes.likers(of: post.id, for: viewer, page: .first).items.count,
            try await community.comments.of(post.id, for: viewer, page: .first).items.count,
            try await community.follows.followers(of: "ada", for: viewer, page: .first).items.count,
            try await community.follows.following(by: "ada", for: viewer, page: .first).items.count,
        ]
    }

    /// The counts that a viewer sees on each page that shows the post.
    func counts(for viewer: Viewer?) async throws -> [[Int]] {
        let profile = try await community.profiles.withPosts(of: "ada", for: viewer, page: .first)
        let account = profile.profile.account
        var posts = [
            try await community.posts.find(post.id, for: viewer), profile.posts.items[0],
            try await community.posts.details(of: post.id, for: viewer, comments: .first).post,
            try await community.explore.recent(for: viewer, page: .first).items[0],
            try await community.explore.posts(tagged: "cat", for: viewer, page: .first).posts.items[0],
            try await community.search.posts(SearchQuery("cat"), for: viewer, page: .first).items[0],
        ]
        if let viewer {
            posts.append(try await community.feed.all(for: viewer, page: .first).items[0])
        }
        return posts.map {
            [$0.likesCount, $0.commentsCount, account.followerCount, account.followingCount]
        }
    }
}
