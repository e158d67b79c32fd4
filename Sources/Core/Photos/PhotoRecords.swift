import Storage

/// The SQL of photos, and of files that no photo claims.
///
/// A key prefix is written to `unclaimed_files` before the first file is stored under it, and is removed in
/// the transaction that adds the photo. The transaction that deletes a photo enqueues a job that removes its
/// files. So even after a crash, every file either belongs to a photo or is known as one to remove.
enum PhotoRecords {
    /// Adds a photo. Without `post`, it waits to be posted.
    static func insert(
        _ photo: Photo, of account: ID<Account>, post: (id: ID<Post>, position: Int)? = nil, at time: Int64,
        in connection: any Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO photos (id, account_id, post_id, position, files, file_type, width, height,
                alt_text, blurhash, renditions, created_at, files_since)
            VALUES (\(photo.id), \(account), \(post?.id), \(post?.position ?? 0), \(photo.files), \
            \(photo.fileType), \(photo.width), \(photo.height), \(photo.altText), \(photo.blurhash), \
            \(text(photo.renditions)), \(time), \(time))
            """)
    }

    /// Adds a waiting photo of `account` to a post. Returns false if there is no such photo.
    static func attach(
        _ photo: ID<Photo>, of account: ID<Account>, to post: ID<Post>, position: Int,
        in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE photos SET post_id = \(post), position = \(position)
            WHERE id = \(photo) AND account_id = \(account) AND post_id IS NULL
            """) == 1
    }

    /// The photos of each of `posts`, in the order in which the author put them.
    static func photos(of posts: [ID<Post>], in connection: any Connection) throws -> [ID<Post>: [Photo]] {
        var photos: [ID<Post>: [Photo]] = [:]
        photos.reserveCapacity(posts.count)
        _ = try connection.rows(
            """
            SELECT m.post_id, \(Photo.columns) FROM photos m
            WHERE m.post_id IN \(list: posts.map(\.value), connection.dialect) ORDER BY m.post_id, m.position
            """
        ) { row in photos[row.id(), default: []].append(Photo(&row)) }
        return photos
    }

    // MARK: - Files

    /// Adds prefixes of files that will be stored and that no record claims yet.
    static func addUnclaimed(_ files: [String], at time: Int64, in connection: any Connection) throws {
        for files in files {
            try connection.run("INSERT INTO unclaimed_files (files, since) VALUES (\(files), \(time))")
        }
    }

    /// Removes a prefix from the unclaimed ones, because a record claims it in the same transaction.
    /// - Throws: ``Problem`` if the prefix was given up in the meantime, and its files are being removed.
    static func claim(_ files: String, in connection: any Connection) throws {
        guard try connection.run("DELETE FROM unclaimed_files WHERE files = \(files)") == 1 else {
            throw Problem(.unavailable(retryAfter: 5), "The upload took too long. Upload the photo again.")
        }
    }

    /// Removes those of `files` that are unclaimed from the table, and returns them.
    static func removeUnclaimed(_ files: [String], in connection: any Connection) throws -> [String] {
        try files.filter { try connection.run("DELETE FROM unclaimed_files WHERE files = \($0)") == 1 }
    }

    static func removeUnclaimed(before time: Int64, in connection: any Connection) throws -> [String] {
        try connection.rows("DELETE FROM unclaimed_files WHERE since < \(time) RETURNING files") { $0.text() }
    }

    /// Posted photos of a private account that got their URLs before `time`, or after `now`, as with a wrong
    /// clock. At most `limit` photos, in the order of their ids. None if the account is not private.
    static func privatePhotos(
        of account: ID<Account>, since time: Int64, now: Int64, after last: Int64, limit: Int,
        in connection: any Connection
    ) throws -> [Photo] {
        try connection.rows(
            """
            SELECT \(Photo.columns) FROM photos m JOIN accounts a ON a.id = m.account_id
            WHERE m.account_id = \(account) AND m.id > \(last) AND m.post_id IS NOT NULL AND a.is_private = 1
                AND (m.files_since < \(time) OR m.files_since > \(now))
            ORDER BY m.id LIMIT \(limit)
            """)
    }

    /// Whether there is any photo, profile picture or direct upload.
    @Sendable static func exist(in connection: any Connection) throws -> Bool {
        try connection.exists(
            """
            SELECT 1 FROM photos UNION ALL SELECT 1 FROM accounts WHERE picture <> ''
            UNION ALL SELECT 1 FROM direct_uploads LIMIT 1
            """)
    }

    /// The files of the newest photos with an id above `id`.
    static func newest(_ count: Int, after id: Int64, in connection: any Connection) throws -> [PhotoFiles] {
        try connection.rows(
            "SELECT \(Photo.columns) FROM photos m WHERE m.id > \(id) ORDER BY m.id DESC LIMIT \(count)",
            as: Photo.self
        ).map { PhotoFiles($0) }
    }

    /// The files of some profile pictures.
    static func profilePictures(_ count: Int, in connection: any Connection) throws -> [PhotoFiles] {
        try connection.rows(
            "SELECT picture FROM accounts WHERE picture <> '' ORDER BY id DESC LIMIT \(count)"
        ) {
            PhotoFiles(picture: $0.text())
        }
    }

    static func find(_ id: ID<Photo>, in connection: any Connection) throws -> Photo? {
        try connection.row("SELECT \(Photo.columns) FROM photos m WHERE m.id = \(id)")
    }

    /// Whether a photo still exists with these files.
    static func isCurrent(_ photo: Photo, in connection: any Connection) throws -> Bool {
        try connection.exists("SELECT 1 FROM photos WHERE id = \(photo.id) AND files = \(photo.files)")
    }

    /// Changes the files of a photo. Returns false if the photo was deleted or its files were changed
    /// already.
    static func changeFiles(
        of photo: Photo, to files: String, at time: Int64, in connection: any Connection
    ) throws -> Bool {
        try connection.run(
            """
            UPDATE photos SET files = \(files), files_since = \(time)
            WHERE id = \(photo.id) AND files = \(photo.files)
            """) == 1
    }

    /// The files of a post's photos.
    static func files(of post: ID<Post>, in connection: any Connection) throws -> [PhotoFiles] {
        try connection.rows("SELECT \(Photo.columns) FROM photos m WHERE m.post_id = \(post)", as: Photo.self)
            .map { PhotoFiles($0) }
    }

    /// The files of all photos of an account and of its profile picture.
    static func files(of account: ID<Account>, in connection: any Connection) throws -> [PhotoFiles] {
        try connection.rows(
            "SELECT \(Photo.columns) FROM photos m WHERE m.account_id = \(account)", as: Photo.self
        )
        .map { PhotoFiles($0) } + picture(of: account, in: connection)
    }

    /// The files of an account's profile picture, or an empty array if it has none.
    static func picture(of account: ID<Account>, in connection: any Connection) throws -> [PhotoFiles] {
        try connection.rows("SELECT picture FROM accounts WHERE id = \(account) AND picture <> ''") {
            PhotoFiles(picture: $0.text())
        }
    }

    /// Deletes the record of a photo of `account` that waits to be posted, and returns the photo. Returns nil
    /// if there is no such photo.
    static func removeWaiting(
        _ id: ID<Photo>, of account: ID<Account>, in connection: any Connection
    ) throws -> Photo? {
        let photo: Photo? = try connection.row(
            """
            SELECT \(Photo.columns) FROM photos m
            WHERE m.id = \(id) AND m.account_id = \(account) AND m.post_id IS NULL
            """)
        if photo != nil { try connection.run("DELETE FROM photos WHERE id = \(id)") }
        return photo
    }

    /// Deletes the records of photos that were added before `time` and not posted, and returns the photos.
    static func removeWaiting(before time: Int64, in connection: any Connection) throws -> [Photo] {
        let photos: [Photo] = try connection.rows(
            "SELECT \(Photo.columns) FROM photos m WHERE m.post_id IS NULL AND m.created_at < \(time)")
        for photo in photos { try connection.run("DELETE FROM photos WHERE id = \(photo.id)") }
        return photos
    }

    /// Sets the alt text of a photo of `post`. Returns false if the photo does not belong to the post.
    static func setAltText(
        _ text: String, of photo: ID<Photo>, in post: ID<Post>, in connection: any Connection
    ) throws -> Bool {
        try connection.run("UPDATE photos SET alt_text = \(text) WHERE id = \(photo) AND post_id = \(post)")
            == 1
    }

    // MARK: - Renditions as text: `1440x1080 1080x810`

    private static func text(_ renditions: [Photo.Rendition]) -> String {
        renditions.map { "\($0.width)x\($0.height)" }.joined(separator: " ")
    }
}
