import Imaging
import Logging
import MediaStorage
import Storage

/// The whole product: every subject's rules over one storage, one media storage and one photo processor.
package struct Community: Sendable {
    package let accounts: Accounts
    package let credentials: Credentials
    package let posts: Posts
    package let photos: Photos
    package let feed: Feed
    package let likes: Likes
    package let comments: Comments
    package let follows: Follows
    package let media: any MediaStorage
    /// Photo files that were asked for lately.
    package let mediaCache: MediaCache
    package let storage: any Storage
    private let passwords: Passwords

    /// - Parameters:
    ///   - uploads: where photos lie while they are developed.
    ///   - clock: tells the time; tests hand in their own.
    package init(
        storage: any Storage, media: any MediaStorage, processor: PhotoProcessor, uploads: UploadFolder,
        logger: Logger, clock: Clock = .system
    ) {
        let ids = IDSequence(clock: clock)
        let passwords = Passwords()
        let cache = ViewerCache()
        let mediaCache = MediaCache(capacity: 24 << 20)
        let photos = Photos(
            storage: storage, media: media, mediaCache: mediaCache, processor: processor, uploads: uploads, ids: ids,
            clock: clock,
            logger: logger)
        self.storage = storage
        self.media = media
        self.mediaCache = mediaCache
        self.passwords = passwords
        self.photos = photos
        accounts = Accounts(
            storage: storage, passwords: passwords, photos: photos, ids: ids, clock: clock, cache: cache)
        credentials = Credentials(storage: storage, passwords: passwords, clock: clock, cache: cache)
        posts = Posts(storage: storage, photos: photos, ids: ids, clock: clock)
        feed = Feed(storage: storage)
        likes = Likes(storage: storage, ids: ids)
        comments = Comments(storage: storage, ids: ids, clock: clock)
        follows = Follows(storage: storage, ids: ids)
    }

    /// Ends the threads of its own; storage and media are closed by whoever opened them.
    package func close() async { await passwords.close() }

    /// Brings the database to the present schema.
    package static func migrate(_ storage: any Storage) async throws {
        try await Migrations.run(Schema.migrations, on: storage)
    }
}

extension Community {
    /// Throws when storage or media do not answer.
    package func check() async throws {
        _ = try await storage.read { try $0.int("SELECT 1") }
        try await media.check()
    }
}
