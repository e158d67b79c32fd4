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
    let community: Community
    let uploads: UploadFolder
    private let storage: SQLiteStorage
    private let lock: DataFolderLock

    /// - Throws: ``StorageError`` when another process holds the folder or the database cannot be used.
    static func open(_ folder: String, registration: RegistrationPolicy = .open, logger: Logger) async throws -> Household {
        try Files.makeFolder(folder)
        let lock = try DataFolderLock(folder: folder)
        let storage = try SQLiteStorage(path: folder + "/isntgram.sqlite")
        try await Community.migrate(storage)
        let uploads = try UploadFolder(folder + "/uploads")
        let community = Community(
            storage: storage, media: try MediaFolder(folder + "/media"),
            processor: PhotoProcessor(executable: try executable(), arguments: [RenderPhoto.name]), uploads: uploads,
            registration: registration, logger: logger)
        let household = Household(community: community, uploads: uploads, storage: storage, lock: lock)
        let count = try await community.photos.removeUnclaimed()
        if count > 0 { logger.notice("Removed the files of \(count) photos that were never posted") }
        return household
    }

    func close() async throws {
        await community.close()
        try await storage.close()
    }

    /// This program itself: photos are rendered by another run of it.
    private static func executable() throws -> String {
        guard let path = Bundle.main.executablePath else { throw SettingsError("The program cannot find itself.") }
        return path
    }
}
