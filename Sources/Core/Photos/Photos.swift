import Imaging
import Logging
import MediaStorage
import Storage

/// The rules of photos: how uploads are rendered and stored, and how files are removed.
package struct Photos: Sendable {
    let storage: any Storage
    let media: any MediaStorage
    let mediaCache: MediaCache
    let processor: PhotoProcessor
    let uploads: UploadFolder
    let ids: IDSequence
    let clock: WallClock
    let events: any Events
    let jobs: JobQueue
    let deletions: PurgeScheduler
    let removed = RemovedPhotos()
    let lastOwnership = LastMediaOwnership()
    let failures: ThrottledLog
    let logger: Logger

    /// Adds one photo, ready to be posted. With a key that was used before, it returns the photo that was
    /// added then.
    package func add(_ upload: PhotoUpload, by viewer: Viewer, key: RequestKey? = nil) async throws -> Photo {
        let time = clock.now()
        let request = KeyedRequest(key, by: viewer, to: "photo", contents: upload.contents)
        return try await request.once(at: time, in: storage) { id, connection in
            guard let photo = try PhotoRecords.find(ID(id), in: connection) else {
                throw Problem.notFound("photo")
            }
            return photo
        } make: {
            try await store([upload], of: viewer) { kept, connection in
                try Accounts.rejectDemoAccount(viewer, in: connection)
                let photo = kept[0]
                try request?.record(photo.id.value, at: time, in: connection)
                try PhotoRecords.insert(photo, of: viewer.id, at: time, in: connection)
                return photo
            }
        }
    }

    /// Runs `body` with a place in the queue of posts whose photos are to be rendered.
    /// - Parameter count: how many photos `body` will render.
    func withPlace<Result: Sendable>(
        for viewer: Viewer, photos count: Int, _ body: (PhotoProcessor.Place) async throws -> Result
    ) async throws -> Result {
        do {
            return try await processor.withPlace(for: viewer.id.value, photos: count, body)
        } catch let error as ImagingError {
            throw Problem(error)
        }
    }

    /// Renders the uploads and stores their files, then calls `record` to write the records that claim them
    /// in one transaction. If anything fails, the files are removed.
    @discardableResult
    func store<Result: Sendable>(
        _ uploads: [PhotoUpload], of viewer: Viewer, as shape: PhotoShape = .whole,
        record: @escaping @Sendable ([Photo], any Connection) throws -> Result
    ) async throws -> Result {
        guard !uploads.isEmpty else { return try await storage.write { try record([], $0) } }
        return try await withPlace(for: viewer, photos: uploads.count) {
            try await store(uploads, in: $0, as: shape, record: record)
        }
    }

    /// Renders and stores uploads for a post that already has a place in the render queue.
    @discardableResult
    func store<Result: Sendable>(
        _ uploads: [PhotoUpload], in turn: PhotoProcessor.Place, as shape: PhotoShape = .whole,
        record: @escaping @Sendable ([Photo], any Connection) throws -> Result
    ) async throws -> Result {
        var check = FieldCheck()
        let uploads = uploads.map(\.normalized)
        for upload in uploads {
            check.add(
                "altText",
                TextLimit.fault(
                    in: upload.altText, named: "Alt text", atMost: PhotoUpload.altTextLimit,
                    as: .prose))
        }
        try check.finish()
        try await checkPhotoLocation()
        let prefixes = uploads.map { _ in MediaPrefix.random() }
        let time = clock.now()
        try await storage.write {
            try PhotoRecords.addUnclaimed(prefixes.map(\.description), at: time, in: $0)
        }
        do {
            let photos = try await withThrowingTaskGroup(of: (Int, Photo).self) { group in
                for (index, upload) in uploads.enumerated() {
                    group.addTask {
                        (
                            index,
                            try await store(upload, in: turn, as: shape, index: index, under: prefixes[index])
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
            }
            return try await storage.write { connection in
                for photo in photos { try PhotoRecords.claim(photo.files, in: connection) }
                return try record(photos, connection)
            }
        } catch StorageError.uncertain {
            // The photos may have been posted. If not, their files are recorded as unclaimed, and maintenance
            // removes them.
            throw StorageError.uncertain
        } catch let error as MediaError where error.isTransient && !error.isDiskFull {
            // A file that is still being transferred could arrive after its removal. Maintenance removes it
            // later.
            throw error
        } catch {
            await releaseQuietly(prefixes.map(\.description))
            throw error
        }
    }

    private func store(
        _ upload: PhotoUpload, in turn: PhotoProcessor.Place, as shape: PhotoShape, index: Int,
        under prefix: MediaPrefix
    ) async throws -> Photo {
        try await uploads.withFolder { folder in
            let rendered: RenderedPhoto
            do {
                rendered = try await turn.process(upload.path, into: folder, as: shape)
            } catch let error as ImagingError {
                throw Problem(error, photo: (upload.place ?? index) + 1)
            }
            let names = rendered.renditions.map(\.fileName) + [rendered.thumbnail.fileName]
            try await media.put(names.map { MediaFile(path: "\(folder)/\($0)", name: $0) }, under: prefix)
            return Photo(
                id: upload.id ?? ids.next(), files: prefix.description, fileType: RenderedPhoto.fileType,
                width: rendered.width,
                height: rendered.height, altText: upload.altText.trimmed, blurhash: rendered.blurhash,
                renditions: rendered.renditions.map { .init(width: $0.width, height: $0.height) })
        }
    }

    /// Releases files after a failure. If the database cannot be written now, the files stay recorded as
    /// unclaimed, and maintenance removes them.
    private func releaseQuietly(_ files: [String]) async {
        // A separate task, because the task of the request may be cancelled already, and the files must still
        // be removed.
        await Task {
            do {
                let prefixes = try await storage.write { connection in
                    let left = try PhotoRecords.removeUnclaimed(files, in: connection)
                    return try enqueueRemoval(
                        of: left.map { PhotoFiles(files: $0, names: nil) }, in: connection)
                }
                await startRemoval(of: prefixes)
            } catch {
                failures.log(
                    .warning, "Files of a failed upload were not removed; maintenance will remove them",
                    to: logger
                ) { ["error": "\(error)"] }
            }
        }.value
    }
}
