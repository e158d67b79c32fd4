import Storage

/// The rules of liking posts.
package struct Likes: Sendable {
    let storage: any Storage
    let ids: IDSequence

    /// Likes a post; liking twice is liking once.
    package func like(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await storage.write { [ids] connection in
            try Self.require(post, in: connection)
            try LikeRecords.insert(ids.next(), of: post, by: viewer.id, in: connection)
        }
    }

    /// Takes a like back; idempotent.
    package func unlike(_ post: ID<Post>, by viewer: Viewer) async throws {
        try await storage.write { connection in
            try Self.require(post, in: connection)
            try LikeRecords.delete(of: post, by: viewer.id, in: connection)
        }
    }

    private static func require(_ post: ID<Post>, in connection: any Connection) throws {
        guard try PostRecords.author(of: post, in: connection) != nil else { throw Problem.notFound("post") }
    }
}

/// The SQL of likes. Each change keeps the post's counter.
enum LikeRecords {
    static func insert(
        _ id: ID<Likes>, of post: ID<Post>, by account: ID<Account>, in connection: any Connection
    ) throws {
        let added = try connection.run(
            """
            INSERT INTO likes (id, post_id, account_id) VALUES (\(id), \(post), \(account)) ON CONFLICT DO NOTHING
            """)
        try count(added, of: post, in: connection)
    }

    static func delete(of post: ID<Post>, by account: ID<Account>, in connection: any Connection) throws {
        let removed = try connection.run("DELETE FROM likes WHERE post_id = \(post) AND account_id = \(account)")
        try count(-removed, of: post, in: connection)
    }

    private static func count(_ change: Int, of post: ID<Post>, in connection: any Connection) throws {
        guard change != 0 else { return }
        try connection.run("UPDATE posts SET likes_count = likes_count + \(change) WHERE id = \(post)")
    }
}
