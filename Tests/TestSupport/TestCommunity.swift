import Core
import Foundation
import Imaging
import MediaStorage
import SQLiteStorage
import Storage
import Synchronization

/// A clock that stands still until it is told to go on.
package final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_790_000_000_000)
    package init() {}
    package var clock: Clock { Clock { self.time.withLock { $0 } } }
    package func advance(by milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// A community in memory, its photos in a temporary folder.
package struct TestCommunity: Sendable {
    package let community: Community
    package let storage: SQLiteStorage
    package let uploads: UploadFolder
    package let folder: String
    package let time = TestClock()

    private init(folder: String, registration: RegistrationPolicy) async throws {
        self.folder = folder
        storage = try SQLiteStorage()
        try await Community.migrate(storage)
        uploads = try UploadFolder(folder + "/uploads")
        community = Community(
            storage: storage, media: try MediaFolder(folder + "/media"),
            processor: PhotoProcessor(executable: Fixtures.program, arguments: ["render-photo"]), uploads: uploads,
            registration: registration, logger: QuietLog.logger("test"), clock: time.clock)
    }

    package static func with<Result>(
        registration: RegistrationPolicy = .open, _ body: (TestCommunity) async throws -> Result
    ) async throws -> Result {
        try await Fixtures.withFolder { folder in
            let test = try await TestCommunity(folder: folder, registration: registration)
            let result: Result
            do {
                result = try await body(test)
            } catch {
                await test.community.close()
                try await test.storage.close()
                throw error
            }
            await test.community.close()
            try await test.storage.close()
            return result
        }
    }

    /// The same community over a storage that stands before its own.
    package func community(over storage: any Storage) -> Community {
        Community(
            storage: storage, media: community.media,
            processor: PhotoProcessor(executable: Fixtures.program, arguments: ["render-photo"]), uploads: uploads,
            logger: QuietLog.logger("test"), clock: time.clock)
    }

    package static let password = "correct horse battery"

    /// Registers somebody and signs them in.
    package func member(_ name: String) async throws -> Viewer {
        let account = try await community.accounts.register(
            Registration(email: "\(name)@example.org", fullName: name.capitalized, username: name, password: Self.password))
        let issued = try await community.credentials.issue(.token, to: account, scopes: .all, name: "test")
        guard let viewer = try await community.credentials.viewer(issued.secret, kind: .token) else {
            throw Problem.signInNeeded
        }
        return viewer
    }

    /// An upload of a fixture, copied where uploads lie.
    package func upload(_ name: String = "cat.jpg", altText: String = "") throws -> PhotoUpload {
        let path = uploads.newPath()
        try FileManager.default.copyItem(atPath: Fixtures.photo(name), toPath: path)
        return PhotoUpload(path: path, altText: altText)
    }

    package func post(by viewer: Viewer, _ caption: String = "") async throws -> Post {
        try await community.posts.publish(
            PostDraft(caption: caption, photos: .uploads([try upload()])), by: viewer)
    }

    /// Every file kept.
    package var keptFiles: [String] { Fixtures.files(below: folder + "/media") }
}

/// The problem that `body` is refused with; nil when it is not.
package func problem(_ body: () async throws -> some Any) async -> Problem? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Problem
    }
}
