import Storage

/// The SQL of photos, and of files that no photo claims.
///
/// A key is written into `unclaimed_files` before the first file is kept under it, and leaves it in the transaction
/// that adds the photo; deleting a photo puts it back in. So a crash at any moment leaves no file that is not known
/// to be wanted or to be removed.
enum PhotoRecords {
    /// Adds a photo and claims its files. It belongs to no post yet unless `post` and `position` say so.
    static func insert(
        _ photo: Photo, of account: ID<Account>, post: (id: ID<Post>, position: Int)? = nil, at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO photos (id, account_id, post_id, position, files, file_type, width, height, alt_text, blurhash,
                renditions, created_at)
            VALUES (\(photo.id), \(account), \(post?.id), \(post?.position ?? 0), \(photo.files), \(photo.fileType), \
            \(photo.width), \(photo.height), \(photo.altText), \(photo.blurhash), \
            \(text(photo.renditions)), \(time))
            """)
        try forget([photo.files], in: connection)
    }

    /// Puts a waiting photo of `account` into a post; false when there is none such.
    static func attach(
        _ photo: ID<Photo>, of account: ID<Account>, to post: ID<Post>, position: Int, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE photos SET post_id = \(post), position = \(position)
            WHERE id = \(photo) AND account_id = \(account) AND post_id IS NULL
            """) == 1
    }

    /// The photos of each of `posts`, in their order.
    static func photos(of posts: [ID<Post>], in connection: any Connection) throws -> [ID<Post>: [Photo]] {
        let pairs = try connection.rows(
            """
            SELECT m.post_id, \(Photo.columns) FROM photos m
            WHERE m.post_id IN \(list: posts.map(\.value), connection.dialect) ORDER BY m.post_id, m.position
            """
        ) { row -> (ID<Post>, Photo) in (row.id(), row.value()) }
        return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }

    // MARK: - Files

    static func expect(_ files: [String], at time: Int64, in connection: any Connection) throws {
        for files in files {
            try connection.run("INSERT INTO unclaimed_files (files, since) VALUES (\(files), \(time))")
        }
    }

    static func forget(_ files: [String], in connection: any Connection) throws {
        for files in files { try connection.run("DELETE FROM unclaimed_files WHERE files = \(files)") }
    }

    static func unclaimed(before time: Int64, in connection: any Connection) throws -> [String] {
        try connection.rows("SELECT files FROM unclaimed_files WHERE since < \(time)") { $0.text() }
    }

    /// Gives up the files of a post's photos; the photos' rows go with the post.
    static func release(photosOf post: ID<Post>, at time: Int64, in connection: any Connection) throws -> [String] {
        let files = try connection.rows("SELECT files FROM photos WHERE post_id = \(post)") { $0.text() }
        try expect(files, at: time, in: connection)
        return files
    }

    /// Gives up the files of all an account's photos and of its picture; the photos' rows go with the account.
    static func release(photosOf account: ID<Account>, at time: Int64, in connection: any Connection) throws -> [String] {
        let files = try connection.rows("SELECT files FROM photos WHERE account_id = \(account)") { $0.text() }
        try expect(files, at: time, in: connection)
        return try files + release(pictureOf: account, at: time, in: connection)
    }

    /// Gives up the files of an account's picture.
    static func release(pictureOf account: ID<Account>, at time: Int64, in connection: any Connection) throws -> [String] {
        let files = try connection.rows("SELECT picture FROM accounts WHERE id = \(account) AND picture <> ''") { $0.text() }
        try expect(files, at: time, in: connection)
        return files
    }

    /// Sets the text of a photo of `post`; false when it is none of it.
    static func setAltText(
        _ text: String, of photo: ID<Photo>, in post: ID<Post>, in connection: any Connection
    ) throws -> Bool {
        try connection.run("UPDATE photos SET alt_text = \(text) WHERE id = \(photo) AND post_id = \(post)") == 1
    }

    // MARK: - Renditions as text: `1440x1080 1080x810`

    private static func text(_ renditions: [Photo.Rendition]) -> String {
        renditions.map { "\($0.width)x\($0.height)" }.joined(separator: " ")
    }
}
