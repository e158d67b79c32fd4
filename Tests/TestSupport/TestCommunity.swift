import Core
import Foundation
import Imaging
import MediaStorage
import PostgresStorage
import SQLiteStorage
import Storage

/// The storage engine that the tests use: PostgreSQL if `TEST_ENGINE=postgres` is set, otherwise SQLite in
/// memory.
package enum TestEngine {
    package static let isPostgres = ProcessInfo.processInfo.environment["TEST_ENGINE"] == "postgres"

    /// Runs `body` with a new, empty storage, then closes it.
    package static func withStorage<Result>(_ body: (any Storage) async throws -> Result) async throws
        -> Result
    {
        guard isPostgres else { return try await run(body, closing: try SQLiteStorage()) }
        let server = try await PostgresServer.shared()
        return try await places.withPlace {
            try await server.withSchema { schema in
                var options = PostgresOptions.patient
                options.connections = 4
                return try await run(
                    body, closing: try await PostgresStorage(url: server.url(schema), options: options))
            }
        }
    }

    /// Tests run in parallel, hundreds at the same time, and the server accepts 500 connections.
    private static let places = TestPlaces(80)

    private static func run<Result>(
        _ body: (any Storage) async throws -> Result, closing storage: any Storage
    ) async throws -> Result {
        let result: Result
        do {
            result = try await body(storage)
        } catch {
            try await storage.close()
            throw error
        }
        try await storage.close()
        return result
    }
}

/// A new community for one test, with its photos in a temporary folder or a new bucket.
package struct TestCommunity: Sendable {
    package let community: Community
    package let storage: any Storage
    package let uploads: UploadFolder
    package let folder: String
    package let time = TestClock()

    private init(
        _ storage: any Storage, _ media: any MediaStorage, folder: String, limits: RateLimits,
        registration: RegistrationPolicy, processor: PhotoProcessor?, uploadLimits: UploadLimits
    ) async throws {
        self.folder = folder
        self.storage = storage
        try await Community.migrate(storage)
        uploads = try UploadFolder(folder + "/uploads", limits: uploadLimits)
        community = Community(
            storage: storage, media: media,
            processor: processor ?? PhotoProcessor(executable: Fixtures.program, arguments: ["render-photo"]),
            uploads: uploads, signer: try await Community.signer(of: storage), secretKey: .random(),
            limits: limits,
            registration: registration, logger: QuietLogHandler.logger("test"), clock: time.clock)
    }

    /// - Parameters:
    ///   - usesBucket: Whether photos are stored in a bucket of ``S3Server`` instead of a folder.
    ///   - processor: The photo processor; nil for the one that the server uses.
    package static func with<Result>(
        limits: RateLimits = .off, registration: RegistrationPolicy = .open, usesBucket: Bool = false,
        processor: PhotoProcessor? = nil, uploadLimits: UploadLimits = UploadLimits(),
        _ body: (TestCommunity) async throws -> Result
    ) async throws -> Result {
        try await Fixtures.withFolder { folder in
            try await TestEngine.withStorage { storage in
                let media: any MediaStorage =
                    usesBucket ? try await S3Server.shared().media() : try MediaFolder(folder + "/media")
                let test = try await TestCommunity(
                    storage, media, folder: folder, limits: limits, registration: registration,
                    processor: processor,
                    uploadLimits: uploadLimits)
                let result: Result
                do {
                    result = try await body(test)
                } catch {
                    await test.close()
                    throw error
                }
                await test.close()
                return result
            }
        }
    }

    private func close() async {
        await community.close()
        try? await community.media.close()
    }

    /// Returns the same community over another storage, usually a wrapper of this one, or over another media
    /// storage.
    package func community(
        over storage: (any Storage)? = nil, media: (any MediaStorage)? = nil,
        events: any Events = LocalEvents(), secretKey: SecretKey? = nil
    ) -> Community {
        Community(
            storage: storage ?? self.storage, media: media ?? community.media,
            processor: PhotoProcessor(executable: Fixtures.program, arguments: ["render-photo"]),
            uploads: uploads,
            signer: community.signer, secretKey: secretKey ?? community.secretKey,
            limits: .off, events: events, logger: QuietLogHandler.logger("test"),
            clock: time.clock)
    }

    package static let password = "correct horse battery"

    /// Signs in to an account without a second factor.
    package func signIn(
        login: String, password: String = Self.password, as kind: Credential.Kind = .session,
        name: String = "test", from origin: SignInOrigin = SignInOrigin(client: "192.0.2.1")
    ) async throws -> Credentials.Issued {
        let outcome = try await community.signIn.withPassword(
            login: login, password: password, as: kind, name: name, from: origin)
        guard case .signedIn(let issued) = outcome else { throw Problem.signInRequired }
        return issued
    }

    /// Registers a member and signs in.
    package func member(_ name: String) async throws -> Viewer {
        let account = try await community.accounts.register(
            Registration(
                email: "\(name)@example.org", fullName: name.capitalized, username: name,
                password: Self.password))
        let issued = try await community.credentials.issue(.token, to: account, scopes: .all, name: "test")
        guard let viewer = try await community.credentials.viewer(issued.secret, kind: .token) else {
            throw Problem.signInRequired
        }
        return viewer
    }

    /// Copies a test photo into the upload folder.
    package func upload(_ name: String = "cat.jpg", altText: String = "") throws -> PhotoUpload {
        let path = uploads.newPath()
        try FileManager.default.copyItem(atPath: Fixtures.photo(name), toPath: path)
        return PhotoUpload(path: path, altText: altText)
    }

    package func post(by viewer: Viewer, _ caption: String = "") async throws -> Post {
        try await community.posts.publish(
            PostDraft(caption: caption, photos: .uploads([try upload()])), by: viewer)
    }

    /// The stored photo files, without the community marker and the stray photos.
    package var storedFiles: [String] {
        Fixtures.files(below: folder + "/media").filter { $0 != ".community" && !$0.hasPrefix(".strays/") }
    }

    /// Runs all jobs that are due.
    package func settle() async throws { try await community.jobs.runDue() }
}

/// Returns the problem that `body` throws; nil if it throws none.
package func problem(_ body: () async throws -> some Any) async -> Problem? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Problem
    }
}
