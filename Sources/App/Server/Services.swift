import Core
import Foundation
import Imaging
import Logging
import MediaStorage
import SQLiteStorage
import ServiceLifecycle
import Storage

/// Everything that a data directory holds, opened for this process: the lock, the migrated database, the
/// photos, and the community that uses them.
struct Services: Sendable {
    let uploads: UploadFolder
    let community: Community
    /// How the clock compares with the newest data.
    let clock: ClockCheck
    /// The services to run next to the site.
    let services: [any Service]
    private let storage: any Storage
    private let media: any MediaStorage
    private let processor: PhotoProcessor
    private let logger: Logger
    private let lock: DataDirectoryLock

    /// - Throws: ``StorageError`` if another process holds the data directory or the database cannot be used,
    ///   ``CommandError`` if the data directory is not writable.
    init(_ settings: Settings, logger: Logger) async throws {
        let directory = settings.data
        lock = try Self.lockDataDirectory(directory)
        let backend = try await StorageBackend.open(settings, logger: logger)
        storage = backend.storage
        services = backend.services
        try await Community.migrate(storage, logger: logger)
        uploads = try UploadFolder(directory + "/uploads")
        media = try settings.bucket.map { S3Media($0) } ?? MediaFolder(directory + "/media")
        processor = PhotoProcessor(executable: try Self.executable(), arguments: [RenderWorker.command])
        self.logger = logger
        community = Community(
            storage: storage, media: media, processor: processor, uploads: uploads,
            signer: try await Community.signer(of: storage),
            secretKey: try await SecretKeyFile.key(settings, storage: storage, logger: logger),
            limits: settings.rateLimits,
            registration: settings.registration, events: backend.events, logger: logger)
        clock = try await community.continueIDs()
        // If instances share the database, unclaimed files may belong to an upload in progress on another
        // instance.
        let age: Int64 = settings.database.isShared ? 60 * 60 * 1000 : 0
        do { try await community.photos.releaseUnclaimed(olderThan: age) } catch StorageError.full {
            // People can read in spite of a full disk.
            logger.warning("The disk is full. Maintenance will remove the files of failed uploads.")
        }
        try await community.photos.loadRemoved()
    }

    /// Creates a data directory if it is missing, and locks it for this process.
    /// - Throws: ``StorageError/locked(_:)`` if another process holds it, ``CommandError`` if it is not
    ///   writable.
    static func lockDataDirectory(_ path: String) throws -> DataDirectoryLock {
        do {
            try Files.makeFolder(path)
            return try DataDirectoryLock(folder: path)
        } catch StorageError.locked(let reason) {
            throw StorageError.locked(reason)
        } catch {
            throw CommandError(
                """
                The data directory \(path) cannot be used. Make it writable for this user, or choose another \
                one (\(error)).
                """)
        }
    }

    /// Another community over the same database and photos, with a different clock.
    func community(clock: WallClock) -> Community {
        Community(
            storage: storage, media: media, processor: processor, uploads: uploads, signer: community.signer,
            secretKey: community.secretKey, logger: logger, clock: clock)
    }

    /// Logs how the processes that read photos are confined on this machine.
    func logConfinement() async {
        do {
            let confinement = try await processor.confinement()
            let metadata: Logger.Metadata = ["confinement": "\(confinement)"]
            logger.notice("Photos are processed in confined child processes", metadata: metadata)
        } catch {
            logger.error(
                "Photos cannot be processed on this machine: every upload will fail",
                metadata: ["error": "\(error)"])
        }
    }

    func close() async throws {
        await community.close()
        try await media.close()
        try await storage.close()
    }

    /// The path of this program, which also runs as the child process that renders photos.
    static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw CommandError("The path of the program is not known. Start it by its full path.")
        }
        return path
    }
}
