import Storage

/// The likes and comments that a feed card shows with a post.
package struct PostPreview: Sendable {
    /// A comment, as a feed card shows it.
    package struct Line: Sendable {
        package let id: ID<Comment>
        package let author: String
        package let text: String
    }

    /// The username of a person who liked the post and whom the viewer follows.
    package var likedBy: String?
    /// The last comments, at most two, oldest first.
    package var comments: [Line] = []

    package init() {}

    init(likedBy: String?, comments: [Line]) {
        self.likedBy = likedBy
        self.comments = comments
    }
}

/// The SQL of previews. Each query covers all posts of a page.
enum PreviewRecords {
    static func previews(
        of posts: [Post], for viewer: ID<Account>, in connection: any Connection
    ) throws -> [ID<Post>: PostPreview] {
        var previews: [ID<Post>: PostPreview] = [:]
        let liked = posts.filter { $0.likesCount > 0 }.map(\.id.value)
        if !liked.isEmpty {
            let names = try connection.rows(
                """
                SELECT l.post_id, a.username FROM likes l JOIN accounts a ON a.id = l.account_id
                WHERE \(Visibility.people(for: viewer)) AND l.id IN (
                    SELECT max(x.id) FROM likes x JOIN follows f ON f.followee_id = x.account_id
                    JOIN posts p ON p.id = x.post_id
                    WHERE f.follower_id = \(viewer) AND x.post_id IN \(list: liked, connection.dialect)
                    AND NOT EXISTS (SELECT 1 FROM blocks w
                        WHERE w.blocker_id = p.author_id AND w.blocked_id = x.account_id)
                    GROUP BY x.post_id)
                """
            ) { ($0.id() as ID<Post>, $0.text()) }
            for (post, name) in names { previews[post, default: PostPreview()].likedBy = name }
        }
        let commented = posts.filter { $0.commentsCount > 0 }.map(\.id.value)
        guard !commented.isEmpty else { return previews }
        // Two index lookups for each post, however many comments it has, unless they are by people whom its
        // author blocks.
        let lastShown: SQL = """
            SELECT c.id FROM comments c WHERE c.post_id = p.id AND NOT EXISTS (
                SELECT 1 FROM blocks w WHERE w.blocker_id = p.author_id AND w.blocked_id = c.author_id)
            """
        let last = try connection.rows(
            """
            SELECT last, (\(lastShown) AND c.id < last ORDER BY c.id DESC LIMIT 1) FROM (
                SELECT p.id, p.author_id, (\(lastShown) ORDER BY c.id DESC LIMIT 1) AS last FROM posts p
                WHERE p.id IN \(list: commented, connection.dialect)) p
            """
        ) { [$0.intOrNil(), $0.intOrNil()] }.flatMap { $0.compactMap { $0 } }
        let lines = try connection.rows(
            """
            SELECT c.post_id, c.id, a.username, c.text FROM comments c JOIN accounts a ON a.id = c.author_id
            WHERE c.id IN \(list: last, connection.dialect) AND \(Visibility.people(for: viewer))
            ORDER BY c.id
            """
        ) { ($0.id() as ID<Post>, PostPreview.Line(id: $0.id(), author: $0.text(), text: $0.text())) }
        for (post, line) in lines { previews[post, default: PostPreview()].comments.append(line) }
        return previews
    }
}
