import Core
import TestSupport
import Testing

/// The counts equal the lists that the viewer sees.
struct HiddenCountTests {
    @Test func `likes, comments and follows of hidden people are neither listed nor counted`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            var people: [String: Viewer] = [:]
            for name in ["ada", "grace", "linus", "barbara", "ben"] {
                people[name] = try await test.member(name)
            }
            func person(_ name: String) throws -> Viewer { try #require(people[name]) }
            let post = try await test.post(by: try person("ada"), "a cat #cat")
            for name in ["grace", "linus", "barbara"] {
                try await community.likes.like(post.id, by: try person(name))
                let comment = try await community.comments.add("hi", to: post.id, by: try person(name))
                _ = try await community.comments.add(
                    "yes", to: post.id, replyTo: comment.id, by: try person("ada"))
                try await community.follows.follow("ada", by: try person(name))
                try await community.follows.follow(name, by: try person("ada"))
            }
            try await community.follows.follow("ada", by: try person("ben"))
            let ben = try person("ben")
            try await community.blocks.block("grace", by: ben)
            try await community.blocks.block("ben", by: try person("linus"))
            // Muted people are listed and counted.
            try await community.blocks.mute("barbara", by: ben)

            func lengths(for viewer: Viewer?) async throws -> [Int] {
                [
                    try await community.likes.likers(of: post.id, for: viewer, page: .first).items.count,
                    try await community.comments.of(post.id, for: viewer, page: .first).items.count,
                    try await community.follows.followers(of: "ada", for: viewer, page: .first).items.count,
                    try await community.follows.following(by: "ada", for: viewer, page: .first).items.count,
                ]
            }
            func counts(for viewer: Viewer?) async throws -> [[Int]] {
                let profile = try await community.profiles.withPosts(of: "ada", for: viewer, page: .first)
                let account = profile.profile.account
                var posts = [
                    try await community.posts.find(post.id, for: viewer), profile.posts.items[0],
                    try await community.posts.details(of: post.id, for: viewer, comments: .first).post,
                    try await community.explore.recent(for: viewer, page: .first).items[0],
                    try await community.explore.posts(tagged: "cat", for: viewer, page: .first).posts.items[
                        0],
                    try await community.search.posts(SearchQuery("cat"), for: viewer, page: .first).items[0],
                ]
                if let viewer {
                    posts.append(try await community.feed.all(for: viewer, page: .first).items[0])
                }
                return posts.map {
                    [$0.likesCount, $0.commentsCount, account.followerCount, account.followingCount]
                }
            }
            for (viewer, expected) in [
                (ben, [1, 4, 2, 1]), (try person("ada"), [3, 6, 4, 3]), (nil, [3, 6, 4, 3]),
            ] {
                #expect(try await lengths(for: viewer) == expected)
                #expect(try await counts(for: viewer).allSatisfy { $0 == expected })
            }
            #expect(try await community.maintenance.recount() == 0)
        }
    }
}
