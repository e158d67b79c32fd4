import Imaging
import Logging
import MediaStorage
import Storage

/// All rules of the product, over one storage, one media storage and one photo processor.
package struct Community: Sendable {
    package let accounts: Accounts
    package let invites: Invites
    package let credentials: Credentials
    package let signIn: SignIn
    package let secondFactors: SecondFactors
    /// Proves that a member is present.
    package let presence: Presence
    package let posts: Posts
    package let photos: Photos
    package let directUploads: DirectUploads
    package let feed: Feed
    package let explore: Explore
    package let search: Search
    package let likes: Likes
    package let saves: Saves
    package let comments: Comments
    package let profiles: Profiles
    package let follows: Follows
    package let blocks: Blocks
    package let notifications: Notifications
    package let export: Export
    package let maintenance: Maintenance
    package let jobs: Jobs
    package let media: any MediaStorage
    /// Keeps recently requested photo files in memory.
    package let mediaCache: MediaCache
    package let storage: any Storage
    package let clock: WallClock
    package let ids: IDSequence
    /// The rate limiter that all targets share.
    package let limiter: RateLimiter
    package let signer: Signer
    package let secretKey: SecretKey
    /// Logs lasting failures, such as a full disk, once a minute.
    package let failures: ThrottledLog
    let passwords: Passwords

    /// - Parameters:
    ///   - uploads: the folder that holds photos while they are processed.
    ///   - events: delivers live events to open pages.
    ///   - signer: signs cookies; see ``signer(of:)``.
    ///   - secretKey: encrypts secrets in the database; see ``SecretKey/check(in:)``.
    ///   - limits: the rate limits.
    ///   - clock: returns the current time; tests pass their own.
    package init(
        storage: any Storage, media: any MediaStorage, processor: PhotoProcessor, uploads: UploadFolder,
        signer: Signer, secretKey: SecretKey, limits: RateLimits = RateLimits(),
        registration: RegistrationPolicy = .open,
        events: any Events = LocalEvents(), logger: Logger, clock: WallClock = .system
    ) {
        let limiter = RateLimiter(limits: limits, clock: clock)
        let signInThrottle = SignInThrottle(limiter: limiter, signer: signer)
        let ids = IDSequence(clock: clock)
        let passwords = Passwords()
        let viewerCache = ViewerCache()
        let unread = UnreadCache()
        let mediaCache = MediaCache(capacity: 24 << 20)
        let queue = JobQueue(ids: ids, clock: clock)
        let deletions = PurgeScheduler(jobs: queue)
        let failures = ThrottledLog(interval: 60 * 1000, clock: clock)
        let notifier = Notifier(storage: storage, ids: ids, events: events, unread: unread)
        let photos = Photos(
            storage: storage, media: media, mediaCache: mediaCache, processor: processor, uploads: uploads,
            ids: ids, clock: clock, events: events, jobs: queue, deletions: deletions, failures: failures,
            logger: logger)
        self.storage = storage
        self.clock = clock
        self.ids = ids
        self.failures = failures
        self.limiter = limiter
        self.signer = signer
        self.secretKey = secretKey
        self.media = media
        self.mediaCache = mediaCache
        self.passwords = passwords
        self.photos = photos
        let directUploads = DirectUploads(
            storage: storage, media: media, photos: photos, uploads: uploads, ids: ids, clock: clock)
        self.directUploads = directUploads
        invites = Invites(storage: storage, clock: clock)
        presence = Presence(
            storage: storage, passwords: passwords, throttle: signInThrottle, clock: clock,
            cache: viewerCache, events: events)
        accounts = Accounts(
            storage: storage, passwords: passwords, photos: photos, ids: ids, clock: clock,
            cache: viewerCache,
            events: events, deletions: deletions, invites: invites, notifier: notifier,
            presence: presence, policy: registration)
        credentials = Credentials(storage: storage, clock: clock, cache: viewerCache, events: events)
        secondFactors = SecondFactors(
            storage: storage, key: secretKey, presence: presence, throttle: signInThrottle, clock: clock)
        signIn = SignIn(
            storage: storage, passwords: passwords, credentials: credentials, secondFactors: secondFactors,
            throttle: signInThrottle, clock: clock)
        posts = Posts(
            storage: storage, photos: photos, directUploads: directUploads, ids: ids, clock: clock,
            notifier: notifier, deletions: deletions)
        feed = Feed(storage: storage, clock: clock)
        explore = Explore(storage: storage)
        search = Search(storage: storage, clock: clock)
        likes = Likes(storage: storage, ids: ids, notifier: notifier)
        saves = Saves(storage: storage, ids: ids)
        comments = Comments(
            storage: storage, ids: ids, clock: clock, notifier: notifier, deletions: deletions)
        profiles = Profiles(storage: storage)
        follows = Follows(storage: storage, ids: ids, notifier: notifier, photos: photos)
        blocks = Blocks(storage: storage, ids: ids, photos: photos, notifier: notifier)
        notifications = Notifications(storage: storage, events: events, clock: clock, unread: unread)
        export = Export(storage: storage, media: media, blocks: blocks)
        maintenance = Maintenance(
            storage: storage, media: media, photos: photos, directUploads: directUploads, clock: clock,
            deletions: deletions)
        jobs = Jobs(
            storage: storage, queue: queue,
            tools: JobTools(storage: storage, media: media, photos: photos, clock: clock), logger: logger)
        events.observeRemoteChanges { change in
            switch change {
            case .notifications(let accounts): unread.remove(accounts)
            case .credentials: viewerCache.removeAll()
            case .photosRemoved(let files): photos.withhold(files.compactMap { MediaPrefix($0) })
            case .photoFilesRemoved(let files): photos.stopWithholding(files.compactMap { MediaPrefix($0) })
            case .anything:
                unread.removeAll()
                viewerCache.removeAll()
                mediaCache.removeAll()
                photos.reloadRemoved()
            }
        }
    }

    /// Stops the threads that hash passwords. The caller closes storage and media, because the caller opened
    /// them.
    package func close() async { await passwords.close() }

    /// Runs the migrations that the database does not have yet, normalizes stored email addresses, and
    /// rebuilds the search indexes of an earlier version.
    /// - Parameter logger: receives the progress of long work.
    package static func migrate(_ storage: any Storage, logger: Logger? = nil) async throws {
        try await Migrations.run(Schema.migrations, on: storage)
        try await EmailNormalization.normalize(in: storage)
        try await SearchIndexes(storage: storage).update(logger: logger)
    }
}

extension Community {
    /// Throws when the storage or the media storage does not respond.
    package func check() async throws {
        _ = try await storage.read { try $0.int("SELECT 1") }
        try await media.check()
    }
}
