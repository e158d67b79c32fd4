import Core
import Foundation
import Imaging
import Logging
import MediaStorage
import SQLiteStorage
import Storage

/// A data folder opened for this process: its lock, its database at the present schema, its photos, and the
/// community over them.
struct Household: Sendable {
    let uploads: UploadFolder
    let community: Community
    private let storage: SQLiteStorage
    private let media: MediaFolder
    private let processor: PhotoProcessor
    private let logger: Logger
    private let lock: DataFolderLock

    /// - Throws: ``StorageError`` when another process holds the folder or the database cannot be used.
    init(_ folder: String, registration: RegistrationPolicy = .open, logger: Logger) async throws {
        try Files.makeFolder(folder)
        lock = try DataFolderLock(folder: folder)
        storage = try SQLiteStorage(path: folder + "/isntgram.sqlite")
        try await Community.migrate(storage)
        uploads = try UploadFolder(folder + "/uploads")
        media = try MediaFolder(folder + "/media")
        processor = PhotoProcessor(executable: try Self.executable(), arguments: [RenderPhoto.name])
        self.logger = logger
        community = Community(
            storage: storage, media: media, processor: processor, uploads: uploads, registration: registration, logger: logger)
        let count = try await community.photos.removeUnclaimed()
        if count > 0 { logger.notice("Removed the files of \(count) photos that were never posted") }
    }

    static func open(
        _ folder: String, registration: RegistrationPolicy = .open, logger: Logger
    ) async throws -> Household {
        try await Household(folder, registration: registration, logger: logger)
    }

    /// Another community over the same records and photos, which lives by a clock of its own.
    func community(clock: Clock) -> Community {
        Community(storage: storage, media: media, processor: processor, uploads: uploads, logger: logger, clock: clock)
    }

    func close() async throws {
        await community.close()
        try await storage.close()
    }

    /// This program itself: photos are rendered by another run of it.
    static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else { throw SettingsError("The program cannot find itself.") }
        return path
    }
}
