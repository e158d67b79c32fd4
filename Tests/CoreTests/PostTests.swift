import Core
import Foundation
import SQLiteStorage
import Seeding
import Storage
import TestSupport
import Testing

struct PostTests {
    @Test func `a post has its photos in order with their alt texts`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let uploads = [
                try test.upload("coffee.jpg", altText: "a cup"),
                try test.upload("cat.jpg", altText: " a cat "),
            ]
            let post = try await test.community.posts.publish(
                PostDraft(caption: " hello\r\nworld ", location: "Turin", photos: .uploads(uploads)), by: ada)
            #expect(post.caption == "hello\nworld" && post.location == "Turin")
            #expect(post.photos.map(\.altText) == ["a cup", "a cat"])
            #expect(post.photos.map(\.width) == [600, 451])
            #expect(test.storedFiles.count == 6)
            let found = try await test.community.profiles.withPosts(of: "ada", for: nil, page: .first)
            #expect(found.posts.items.map(\.id) == [post.id] && found.profile.account.postsCount == 1)
            for photo in post.photos {
                #expect(test.storedFiles.contains(photo.thumbnailKey))
                for rendition in photo.renditions { #expect(test.storedFiles.contains(photo.key(rendition))) }
            }
        }
    }

    @Test func `photos that were added before can be posted once and only by their owner`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let photo = try await test.community.photos.add(try test.upload(), by: ada)
            let draft = PostDraft(caption: "", photos: .added([photo.id]))
            #expect(
                await problem { try await test.community.posts.publish(draft, by: grace) }?.fields.first?
                    .field == "mediaIds")
            #expect(try await test.community.posts.publish(draft, by: ada).photos.map(\.id) == [photo.id])
            #expect(
                await problem { try await test.community.posts.publish(draft, by: ada) }?.kind == .invalid)
            let twice = PostDraft(caption: "", photos: .added([photo.id, photo.id]))
            #expect(
                await problem { try await test.community.posts.publish(twice, by: ada) }?.kind == .invalid)
        }
    }

    @Test func `a post that exceeds a limit is refused and leaves nothing`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            func refused(_ caption: String, _ uploads: [PhotoUpload], location: String = "") async -> Problem?
            {
                await problem {
                    try await test.community.posts.publish(
                        PostDraft(caption: caption, location: location, photos: .uploads(uploads)), by: ada)
                }
            }
            let photo = try test.upload()
            #expect(
                await refused(String(repeating: "é", count: 2201), [photo])?.detail.contains("2200") == true)
            #expect(await refused("", [])?.fields.first?.field == "image")
            #expect(
                await refused("", Array(repeating: photo, count: 11))?.detail.contains("at most 10") == true)
            #expect(
                await refused("", [photo], location: String(repeating: "x", count: 101))?.fields.first?.field
                    == "location")
            let long = PhotoUpload(path: photo.path, altText: String(repeating: "x", count: 1001))
            #expect(await refused("", [long])?.fields.first?.field == "altText")
            let text = test.uploads.newPath()
            try Data("no photo".utf8).write(to: URL(fileURLWithPath: text))
            let second = await refused("", [photo, PhotoUpload(path: text, altText: "")])
            #expect(second?.kind == .unsupported && second?.detail.hasPrefix("Photo 2:") == true)
            try await test.settle()
            #expect(test.storedFiles == [])
            #expect(try await test.community.photos.releaseUnclaimed() == 0)
            #expect(try await test.community.accounts.find(username: "ada").postsCount == 0)
        }
    }

    @Test func `deleting a post removes its files, likes and comments`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let post = try await test.post(by: ada)
            try await test.community.likes.like(post.id, by: grace)
            _ = try await test.community.comments.add("hi", to: post.id, by: grace)
            #expect(
                await problem { try await test.community.posts.delete(post.id, by: grace) }?.kind
                    == .forbidden)
            try await test.community.posts.delete(post.id, by: ada)
            try await test.settle()
            #expect(test.storedFiles == [])
            #expect(
                await problem { try await test.community.posts.find(post.id, for: ada) }?.kind == .notFound)
            #expect(
                await problem { try await test.community.posts.delete(post.id, by: ada) }?.kind == .notFound)
            let rows = try await test.storage.read { connection in
                try ["posts", "photos", "likes", "comments", "unclaimed_files"].map { table in
                    try connection.int(SQL(stringLiteral: "SELECT count(*) FROM \(table)"))
                }
            }
            #expect(rows == [0, 0, 0, 0, 0])
            #expect(try await test.community.accounts.find(username: "ada").postsCount == 0)
        }
    }

    @Test func `unclaimed files are removed, and new ones only on request`()
        async throws
    {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let post = try await test.post(by: ada)
            try await test.storage.write { connection in
                try connection.run("DELETE FROM photos")
                try connection.run(
                    """
                    INSERT INTO unclaimed_files (files, since)
                    VALUES (\(post.photos[0].files), \(test.time.clock.now()))
                    """)
            }
            #expect(try await test.community.photos.releaseUnclaimed(olderThan: 1000) == 0)
            try await test.settle()
            #expect(test.storedFiles.count == 3)
            #expect(try await test.community.photos.releaseUnclaimed() == 1)
            try await test.settle()
            #expect(test.storedFiles == [])
        }
    }

    @Test func `the feed shows one's own posts and those of followed people, newest first`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let linus = try await test.member("linus")
            let posts = [
                try await test.post(by: grace), try await test.post(by: linus), try await test.post(by: ada),
            ]
            try await test.community.follows.follow("grace", by: ada)
            let feed = try await test.community.feed.all(for: ada, page: .first)
            #expect(feed.items.map(\.id) == [posts[2].id, posts[0].id] && feed.nextCursor == nil)
            #expect(
                try await test.community.feed.all(for: linus, page: .first).items.map(\.id) == [posts[1].id])
        }
    }

    @Test func `no page misses or repeats a post while new posts arrive`() async throws {
        try await TestCommunity.with { test in
            try await Seed(accounts: 4, posts: 90, follows: 2).insert(into: test.community)
            let account = try await test.community.accounts.find(username: "person0")
            let secret = try await test.community.credentials.issue(
                .token, to: account, scopes: .all, name: ""
            ).secret
            let viewer = try #require(try await test.community.credentials.viewer(secret, kind: .token))
            let whole = try await test.community.feed.all(for: viewer, page: PageRequest(limit: 100)).items
                .map(\.id)
            var walked: [ID<Post>] = []
            var cursor: String?
            repeat {
                let page = try await test.community.feed.all(
                    for: viewer, page: PageRequest(cursor: cursor, limit: "7"))
                walked += page.items.map(\.id)
                cursor = page.nextCursor
                _ = try await test.post(by: viewer)
            } while cursor != nil
            #expect(walked == whole && whole.count > 60)
            let again = await problem {
                try await Seed(accounts: 1, posts: 0, follows: 0).insert(into: test.community)
            }
            #expect(again?.kind == .conflict)
        }
    }

    @Test func `liking and following twice has the same effect as once`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let post = try await test.post(by: ada)
            for _ in 0..<2 {
                try await test.community.likes.like(post.id, by: grace)
                try await test.community.follows.follow("ada", by: grace)
            }
            let liked = try await test.community.posts.find(post.id, for: grace)
            #expect(liked.likesCount == 1 && liked.likedByViewer)
            #expect(try await !test.community.posts.find(post.id, for: ada).likedByViewer)
            let profile = try await test.community.profiles.find("ada", for: grace)
            #expect(
                profile.account.followerCount == 1 && profile.relationship?.following == true
                    && profile.relationship?.followedBy == false)
            #expect(
                try await test.community.follows.followers(of: "ada", for: nil, page: .first).items == [
                    grace.summary
                ])
            #expect(
                try await test.community.follows.following(by: "grace", for: nil, page: .first).items == [
                    ada.summary
                ])
            for _ in 0..<2 {
                try await test.community.likes.unlike(post.id, by: grace)
                try await test.community.follows.unfollow("ada", by: grace)
            }
            #expect(try await test.community.posts.find(post.id, for: grace).likesCount == 0)
            #expect(try await test.community.accounts.find(username: "ada").followerCount == 0)
            let ownFollow = await problem { try await test.community.follows.follow("grace", by: grace) }
            #expect(ownFollow?.kind == .invalid)
            for missing in [
                await problem { try await test.community.follows.follow("nobody", by: ada) },
                await problem {
                    try await test.community.follows.followers(of: "nobody", for: nil, page: .first)
                },
                await problem { try await test.community.likes.like(ID<Post>(5), by: ada) },
                await problem { try await test.community.comments.of(ID(5), for: nil, page: .first) },
                await problem { try await test.community.comments.add("x", to: ID(5), by: ada) },
            ] { #expect(missing?.kind == .notFound) }
        }
    }

    @Test func `a comment can be deleted by its author and by the post's author`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let grace = try await test.member("grace")
            let linus = try await test.member("linus")
            let post = try await test.post(by: ada)
            let comments = test.community.comments
            let first = try await comments.add(" one ", to: post.id, by: grace)
            let second = try await comments.add("two", to: post.id, by: grace)
            #expect(first.text == "one")
            let listed = try await comments.of(post.id, for: ada, page: .first).items
            #expect(listed.map(\.text) == ["one", "two"] && listed.allSatisfy(\.deletableByViewer))
            #expect(
                try await comments.of(post.id, for: nil, page: .first).items.allSatisfy {
                    !$0.deletableByViewer
                })
            #expect(await problem { try await comments.delete(first.id, by: linus) }?.kind == .forbidden)
            try await comments.delete(first.id, by: grace)
            try await comments.delete(second.id, by: ada)
            #expect(await problem { try await comments.delete(second.id, by: ada) }?.kind == .notFound)
            #expect(try await test.community.posts.find(post.id, for: nil).commentsCount == 0)
            for text in ["", "  \n ", String(repeating: "x", count: 2201)] {
                #expect(
                    await problem { try await comments.add(text, to: post.id, by: ada) }?.fields.first?.field
                        == "text")
            }
        }
    }

    @Test func `ids grow, and codes and decimal texts are parsed as the same ids`() {
        let time = TestClock()
        let ids = IDSequence(clock: time.clock)
        var last = ID<Post>(1)
        for step in 0..<3000 {
            let id = ids.next(Post.self)
            #expect(id > last)
            #expect(ID<Post>(code: id.code) == id && ID<Post>(id.description) == id)
            last = id
            if step % 100 == 0 { time.advance(by: step % 200 == 0 ? 5 : -3) }
        }
        for code in ["", "!", "A", "AB", "____________", "-----------"] {
            #expect(ID<Post>(code: code) == nil)
        }
        for text in ["", "0", "-1", "+1", "01", "9223372036854775808", "x"] { #expect(ID<Post>(text) == nil) }
    }

    @Test func `a page request has a cursor and a limit, and invalid ones are refused`() throws {
        #expect(try PageRequest(cursor: nil, limit: nil).limit == 20)
        #expect(try PageRequest(cursor: "7", limit: "100").limit == 100)
        for cursor in ["", "x", "-1", "0", "+1", "01"] {
            #expect(throws: PageRequest.invalidCursor) { try PageRequest(cursor: cursor, limit: nil) }
        }
        for limit in ["", "0", "101", "many", "+1", "01"] {
            #expect(throws: Problem.self) { try PageRequest(cursor: nil, limit: limit) }
        }
    }
}
