import Core
import Storage
import TestSupport
import Testing

@testable import Core

/// Results appear once each, whatever appears and disappears while a member pages through them.
struct SearchPagingTests {
    @Test func `posts are listed once each while others are deleted and posted`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            // Every second post has the word in its caption, the others in the alt text.
            let ids = try await test.insertPosts(
                (0..<12).map {
                    $0.isMultiple(of: 2)
                        ? SearchedText(caption: "a lake") : SearchedText(caption: "", altText: "the lake")
                }, by: ada)
            let inCaption = ids.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            let expected = inCaption.reversed() + ids.filter { !inCaption.contains($0) }.reversed()
            for limit in [1, 2, 3, 5, 12] {
                #expect(try await test.findPosts(SearchQuery("lake"), limit: limit) == expected)
            }
            var listed: [ID<Post>] = []
            var cursor: String?
            repeat {
                let page = try await test.community.search.posts(
                    SearchQuery("lake"), for: nil, page: SearchPage(cursor: cursor, limit: "2"))
                listed += page.items.map(\.id)
                cursor = page.nextCursor
                _ = try await test.insertPosts(
                    [SearchedText(caption: "new lake"), SearchedText(caption: "", altText: "new lake")],
                    by: ada)
                for item in page.items { try await test.community.posts.delete(item.id, by: ada) }
            } while cursor != nil && listed.count < 100
            #expect(listed.filter { ids.contains($0) } == expected)
            #expect(Set(listed).count == listed.count, "no post is repeated")
        }
    }

    @Test func `posts with a tag or by an author are paged by their age alone`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let ids = try await test.insertPosts(
                (0..<7).map { SearchedText(caption: "#lake \($0)") }, by: ada)
            for query in ["#lake", "from:ada", "from:ada #lake", "from:ada lake", "#lake lake"] {
                for limit in [1, 3, 7] {
                    #expect(
                        try await test.findPosts(SearchQuery(query), limit: limit) == ids.reversed(),
                        "\(query)")
                }
            }
            let page = try await test.community.search.posts(
                SearchQuery("#lake"), for: nil, page: SearchPage(limit: 3))
            try await test.community.posts.delete(ids[4], by: ada)
            _ = try await test.insertPosts([SearchedText(caption: "#lake")], by: ada)
            let next = try await test.community.search.posts(
                SearchQuery("#lake"), for: nil, page: SearchPage(cursor: page.nextCursor, limit: "3"))
            #expect(next.items.map(\.id) == [ids[3], ids[2], ids[1]])
        }
    }

    @Test func `people are listed once each while others disappear and arrive`() async throws {
        try await TestCommunity.with { test in
            let names = ["lake", "lake.a", "lake.b", "lake.c", "lake.d", "other1", "other2", "other3"]
            for (index, name) in names.enumerated() {
                let viewer = try await test.member(name)
                _ = try await test.community.accounts.edit(ProfileEdit(fullName: "A Lake"), by: viewer)
                try await test.storage.write { connection in
                    try connection.run(
                        "UPDATE accounts SET follower_count = \(index % 3) WHERE username = \(name)")
                }
            }
            let expected = ["lake", "lake.b", "lake.a", "lake.d", "lake.c", "other1", "other3", "other2"]
            var listed: [String] = []
            var cursor: String?
            repeat {
                let page = try await test.community.search.people(
                    SearchQuery("lake"), for: nil, page: SearchPage(cursor: cursor, limit: "2"))
                listed += page.items.map(\.username)
                cursor = page.nextCursor
                for item in page.items { try await test.community.accounts.delete(item) }
                let new = try await test.member("lake.\(listed.count)")
                try await test.storage.write { connection in
                    try connection.run("UPDATE accounts SET follower_count = 9 WHERE id = \(new.id)")
                }
            } while cursor != nil && listed.count < 100
            #expect(listed == expected)
        }
    }

    @Test func `tags are listed once each while others disappear and arrive`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            // Three posts with the first tag, two with the second and third, and one with each of the others.
            let ids = try await test.insertPosts(
                [
                    "#lake_a", "#lake_a #lake_b #lake_湖", "#lake_a #lake_b #lake_湖", "#lake_c", "#lake_d",
                    "#lake_é", "#lakes",
                ].map { SearchedText(caption: $0) }, by: ada)
            var listed: [String] = []
            var cursor: String?
            repeat {
                let page = try await test.community.search.tags(
                    SearchQuery("lake"), for: nil, page: SearchPage(cursor: cursor, limit: "2"))
                listed += page.items.map(\.tag)
                cursor = page.nextCursor
                if listed.count == 4 { try await test.community.posts.delete(ids[3], by: ada) }
                _ = try await test.insertPosts(
                    (0..<4).map { _ in SearchedText(caption: "#lake_0\(listed.count)") }, by: ada)
            } while cursor != nil && listed.count < 100
            #expect(listed == ["lake_a", "lake_b", "lake_湖", "lake_c", "lake_d", "lake_é", "lakes"])
        }
    }

    @Test func `posts beyond the newest two thousand matches are reached page by page`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let count = Search.postsWindow + 300
            _ = try await test.insertPosts(
                (0..<count).map { _ in SearchedText(caption: "lake", altText: "lake") }, by: ada)
            let older = try await test.insertPosts([SearchedText(caption: "", altText: "lake")], by: ada)
            let found = try await test.findPosts(SearchQuery("lake"))
            #expect(found.count == count + 1 && Set(found).count == count + 1)
            #expect(found.last == older[0])
        }
    }

    @Test func `only a cursor that a list wrote is valid for it`() throws {
        let id = "251740071191191772"
        for cursor in ["users-0-0-1", "users-2-9999999999-\(id)", "users-1-5-8999999999999999999"] {
            #expect(PersonPosition(cursor: cursor)?.cursor == cursor)
        }
        for cursor in ["posts-0-1", "posts-1-\(id)"] {
            #expect(PostPosition(cursor: cursor)?.cursor == cursor)
        }
        for tag in ["a", "湖", "lake_é", "x'; DROP TABLE posts; --", String(repeating: "😀", count: 100)] {
            let position = TagPosition(posts: 100, tag: tag)
            #expect(TagPosition(cursor: position.cursor) == position)
        }
        let pattern = try Regex("^\(SearchCursor.pattern)$")
        let huge = String(repeating: "9", count: 400)
        let wrong = [
            "", "7", "20", "1000", "-1", "users", "users-", "users-3-0-1", "users-0-0-0", "users-0--1-1",
            "users-0-0-1-1", "users-0-0-01", "users-00-0-1", "users-+0-0-1", "users-0-10000000000-1",
            "users-0-0-9000000000000000000", "users-0-0-\(huge)", "users-0-\(huge)-1", "users-0-0-1 OR 1=1",
            "users-0-0-'1'", "Users-0-0-1", "posts-2-1", "posts-0-0", "posts-0-\(huge)", "posts-0-1'",
            "posts-0",
            "posts-0-１", "posts-\u{200B}0-1", "tags-0-YQ", "tags-101-YQ", "tags-1-", "tags-1-YQ==",
            "tags-1-YR",
            "tags-1-%27", "tags-1", "search-posts-0-1",
        ]
        for cursor in wrong + ["tags-1-_w", "tags-1-AA", "tags-1-" + String(repeating: "YWFh", count: 500)] {
            #expect(PersonPosition(cursor: cursor) == nil, "\(cursor)")
            #expect(PostPosition(cursor: cursor) == nil, "\(cursor)")
            #expect(TagPosition(cursor: cursor) == nil, "\(cursor)")
            #expect(throws: PageRequest.invalidCursor) {
                try SearchPage<PostPosition>(cursor: cursor, limit: nil)
            }
        }
        // What the pattern cannot express: that the bytes of a tag are text, in their only encoding.
        for cursor in wrong where cursor != "tags-1-YR" {
            #expect(cursor.wholeMatch(of: pattern) == nil, "\(cursor)")
        }
        #expect(PostPosition(cursor: "users-0-0-1") == nil && PersonPosition(cursor: "posts-0-1") == nil)
    }
}
