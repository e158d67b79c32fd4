import Storage
import TestSupport

@testable import Core

/// The texts of a post to search for.
struct SearchedText {
    var caption: String
    var altText = ""
}

extension TestCommunity {
    /// Inserts posts by SQL, oldest first. Their photos have no files.
    func insertPosts(_ texts: [SearchedText], by author: Viewer) async throws -> [ID<Post>] {
        let ids = community.ids
        return try await storage.write { connection in
            try connection.run(
                "UPDATE accounts SET posts_count = posts_count + \(texts.count) WHERE id = \(author.id)")
            return try texts.map { text in
                let (post, photo) = (ids.next(Post.self), ids.next(Photo.self))
                try connection.run(
                    """
                    INSERT INTO posts (id, author_id, caption, location, created_at, updated_at)
                    VALUES (\(post), \(author.id), \(text.caption), '', 0, 0)
                    """)
                try connection.run(
                    """
                    INSERT INTO photos (id, account_id, post_id, position, files, file_type, width, height,
                        alt_text, blurhash, renditions, created_at, files_since)
                    VALUES (\(photo), \(author.id), \(post), 0, \("ab/\(post)"), 'jpg', 4000, 3000,
                        \(text.altText), 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', '1440x1080', 0, 0)
                    """)
                for tag in RichText(text.caption).tags {
                    try connection.run("INSERT INTO post_tags (tag, post_id) VALUES (\(tag), \(post))")
                }
                try SearchRecords.index(post, caption: text.caption, altTexts: text.altText, in: connection)
                return post
            }
        }
    }

    /// The ids of all posts that a search finds, read page by page.
    func findPosts(_ query: SearchQuery, limit: Int = 100) async throws -> [ID<Post>] {
        var found: [ID<Post>] = []
        var cursor: String?
        repeat {
            let page = try await community.search.posts(
                query, for: nil, page: SearchPage(cursor: cursor, limit: String(limit)))
            found += page.items.map(\.id)
            cursor = page.nextCursor
        } while cursor != nil && found.count < 10_000
        return found
    }
}
