import Core
import Seeding
import Storage
import TestSupport
import Testing

struct DiscoveryTests {
    private func find(_ text: String, in test: TestCommunity, for viewer: Viewer? = nil) async throws
        -> [String]
    {
        try await test.community.search.posts(SearchQuery(text), for: viewer, page: .first).items.map(
            \.caption)
    }

    @Test func `search finds captions and alt texts, ignores accents, and lists the best matches first`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await test.post(by: ada, "Caffè in Torino #coffee")
            _ = try await test.post(by: grace, "A walk")
            let draft = PostDraft(
                caption: "Morning", photos: .uploads([try test.upload(altText: "an espresso on the bar")]))
            _ = try await test.community.posts.publish(draft, by: grace)
            #expect(try await find("caffe", in: test) == ["Caffè in Torino #coffee"])
            #expect(
                try await find("ESPRESSO ba", in: test) == ["Morning"], "the last word may be incomplete")
            #expect(try await find("walk torino", in: test) == [])
            #expect(try await find("from:grace", in: test) == ["Morning", "A walk"])
            #expect(try await find("#coffee torino from:ada", in: test) == ["Caffè in Torino #coffee"])
            #expect(try await find("#coffee from:grace", in: test) == [])
            for text in ["", "\"*' OR", "\u{301}", "\u{301} \u{93E}", "#\u{301}"] {
                #expect(try await find(text, in: test) == [], "a combining mark alone is not a word")
                #expect(
                    try await test.community.search.people(SearchQuery(text), for: nil, page: .first).items
                        .isEmpty)
            }
            for text in ["caffe \u{301}", "\u{301} caffe", "caffe \u{93E}\u{301}", "caffe\u{0}"] {
                #expect(
                    try await find(text, in: test) == ["Caffè in Torino #coffee"], "\(text.debugDescription)")
                let words = try SearchQuery(text.replacing("caffe", with: "ad"))
                let people = try await test.community.search.people(words, for: nil, page: .first).items
                #expect(people.map(\.username) == ["ada"], "\(text.debugDescription)")
            }
            let edited = try await test.community.profiles.withPosts(of: "ada", for: nil, page: .first).posts
                .items[0]
            _ = try await test.community.posts.edit(edited.id, PostEdit(caption: "Tea"), by: ada)
            #expect(try await find("caffe", in: test) == [])
            #expect(try await find("tea", in: test) == ["Tea"])
            try await test.community.posts.delete(edited.id, by: ada)
            #expect(try await find("tea", in: test) == [])
        }
    }

    @Test func `a former username finds the posts of its owner, as long as its address leads to them`()
        async throws
    {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            let stranger = try await test.member("ben")
            _ = try await test.post(by: grace, "A walk")
            _ = try await test.community.accounts.setUsername("hopper", by: grace)
            for name in ["hopper", "grace", "@Grace"] {
                #expect(try await find("from:\(name)", in: test, for: ada) == ["A walk"])
            }
            #expect(try await find("walk from:grace", in: test) == ["A walk"])
            try await test.community.blocks.block("ben", by: grace)
            #expect(try await find("from:grace", in: test, for: stranger) == [])
            test.time.advance(by: 91 * 24 * 60 * 60 * 1000)
            #expect(try await find("from:grace", in: test) == [])
            #expect(try await find("from:hopper", in: test) == ["A walk"])
        }
    }

    @Test func `search finds people by username and full name, the exact username first`() async throws {
        try await TestCommunity.with { test in
            for name in ["ada", "ada.lovelace", "grace"] { _ = try await test.member(name) }
            let zoe = try await test.member("zoe")
            _ = try await test.community.accounts.edit(ProfileEdit(fullName: "Élodie Adams"), by: zoe)
            func find(_ text: String) async throws -> [String] {
                try await test.community.search.people(SearchQuery(text), for: nil, page: .first).items.map(
                    \.username)
            }
            #expect(try await find("ada") == ["ada", "ada.lovelace", "zoe"])
            #expect(try await find("elod") == ["zoe"])
            #expect(try await find("@grace") == ["grace"])
            #expect(try await find("nobody") == [])
            let first = try await test.community.search.people(
                SearchQuery("ada"), for: nil, page: SearchPage(limit: 2))
            let next = try SearchPage<PersonPosition>(cursor: first.nextCursor, limit: "2")
            #expect(
                try await test.community.search.people(SearchQuery("ada"), for: nil, page: next).items.map(
                    \.username) == ["zoe"])
            _ = try await test.community.accounts.setUsername("zoe.adams", by: zoe)
            #expect(try await find("zoe") == ["zoe.adams"])
            try await test.community.accounts.deleteOwn(zoe, password: TestCommunity.password)
            #expect(try await find("zoe") == [])
        }
    }

    @Test func `the pages and counts of tags contain the posts that the viewer may see`() async throws {
        try await TestCommunity.with { test in
            let (ada, grace) = (try await test.member("ada"), try await test.member("grace"))
            _ = try await test.post(by: ada, "#Turin #turin #tram")
            _ = try await test.post(by: grace, "#turin")
            _ = try await test.community.accounts.edit(ProfileEdit(isPrivate: true), by: grace)
            func page(_ viewer: Viewer?) async throws -> Explore.TagPage {
                try await test.community.explore.posts(tagged: "#TURIN", for: viewer, page: .first)
            }
            #expect(try await page(nil).tag == TagCount(tag: "turin", postsCount: 1))
            let own = try await page(grace)
            #expect(own.tag.postsCount == 2 && own.posts.items.count == 2)
            let tags = try await test.community.search.tags(SearchQuery("t"), for: grace, page: .first).items
            #expect(tags == [TagCount(tag: "turin", postsCount: 2), TagCount(tag: "tram", postsCount: 1)])
            #expect(
                await problem { try await test.community.explore.posts(tagged: "1", for: nil, page: .first) }?
                    .kind == .notFound)
            #expect(
                try await test.community.explore.posts(tagged: "new", for: nil, page: .first).posts.items
                    .isEmpty)
        }
    }

    @Test func `a feed is complete, however old and sparse its posts are`() async throws {
        try await TestCommunity.with { test in
            let community = test.community
            try await Seed(accounts: 300, posts: 4000, follows: 1).insert(into: community)
            let ada = try await test.member("ada")
            // Most posts of these two people are older than the window of newest posts.
            for name in ["person1", "person2"] { try await community.follows.follow(name, by: ada) }
            let expected = try await test.storage.read { connection in
                try connection.rows(
                    """
                    SELECT p.id FROM posts p JOIN accounts a ON a.id = p.author_id
                    WHERE a.username IN ('person1', 'person2') ORDER BY p.id DESC
                    """
                ) { $0.id() as ID<Post> }
            }
            var listed: [ID<Post>] = []
            var page = PageRequest(limit: 10)
            while true {
                let found = try await community.feed.all(for: ada, page: page)
                listed += found.items.map(\.id)
                guard let cursor = found.nextCursor else { break }
                page = try PageRequest(cursor: cursor, limit: "10")
            }
            #expect(listed == expected && listed.count > 25)
            let neighbours = try await community.posts.details(of: expected[1], for: ada, comments: .first)
                .neighbours
            let author = try await community.posts.find(expected[1], for: nil).author.username
            let own = try await community.profiles.withPosts(
                of: author, for: nil, page: PageRequest(limit: 100)
            ).posts
                .items.map(\.id)
            let index = try #require(own.firstIndex(of: expected[1]))
            #expect(
                neighbours.older == own[index + 1] && neighbours.newer == (index > 0 ? own[index - 1] : nil))
        }
    }
}
