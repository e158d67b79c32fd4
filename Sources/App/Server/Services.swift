import Core
import Foundation
import Imaging
import Logging
import MediaStorage
import SQLiteStorage
import ServiceLifecycle
import Storage

/// A data folder opened for this process: its lock, its database at the present schema, its photos, and the
/// community over them.
struct Services: Sendable {
    let uploads: UploadFolder
    let community: Community
    /// What runs beside the site for this services.
    let services: [any Service]
    private let storage: any Storage
    private let media: any MediaStorage
    private let processor: PhotoProcessor
    private let logger: Logger
    private let lock: DataFolderLock

    /// - Throws: ``StorageError`` when another process holds the folder or the database cannot be used.
    init(_ settings: Settings, logger: Logger) async throws {
        let folder = settings.data
        try Files.makeFolder(folder)
        lock = try DataFolderLock(folder: folder)
        let records = try await Records.open(settings, logger: logger)
        storage = records.storage
        services = records.services
        try await Community.migrate(storage)
        uploads = try UploadFolder(folder + "/uploads")
        media = try settings.bucket.map { S3Media($0) } ?? MediaFolder(folder + "/media")
        processor = PhotoProcessor(executable: try Self.executable(), arguments: [RenderWorker.command])
        self.logger = logger
        community = Community(
            storage: storage, media: media, processor: processor, uploads: uploads,
            signer: try await Community.signer(of: storage), limits: settings.rateLimits,
            registration: settings.registration, events: records.events, logger: logger)
        // Where copies share the records, what nothing claims yet may be another's upload in progress.
        let age: Int64 = settings.database.isShared ? 60 * 60 * 1000 : 0
        try await community.photos.releaseUnclaimed(olderThan: age)
        try await community.photos.loadRemoved()
    }

    /// Another community over the same records and photos, which lives by a clock of its own.
    func community(clock: WallClock) -> Community {
        Community(
            storage: storage, media: media, processor: processor, uploads: uploads, signer: community.signer,
            logger: logger, clock: clock)
    }

    /// Logs how the processes that read photos are confined here.
    func logConfinement() async {
        do {
            let confinement = try await processor.confinement()
            let metadata: Logger.Metadata = ["confinement": "\(confinement)"]
            logger.notice("Photos are read by processes of their own", metadata: metadata)
        } catch {
            logger.error(
                "Photos cannot be read here: every upload will fail", metadata: ["error": "\(error)"])
        }
    }

    func close() async throws {
        await community.close()
        try await media.close()
        try await storage.close()
    }

    /// This program itself: photos are rendered by another run of it.
    static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else {
            throw SettingsError("The program cannot find itself.")
        }
        return path
    }
}
