import Imaging
import Logging
import MediaStorage
import Storage

/// The rules of photos: how an upload becomes files that are kept, and how files go.
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
    let deletions: Deletions
    let removed = RemovedPhotos()
    let lastOwnership = LastMediaOwnership()
    let logger: Logger

    /// Adds one photo, ready to be posted.
    package func add(_ upload: PhotoUpload, by viewer: Viewer) async throws -> Photo {
        let time = clock.now()
        return try await keeping([upload], of: viewer) { kept, connection in
            try Accounts.refuseDemo(viewer, in: connection)
            let photo = kept[0]
            try PhotoRecords.insert(photo, of: viewer.id, at: time, in: connection)
            return photo
        }
    }

    /// Runs `body` with a place among the posts that wait for their photos to be rendered.
    /// - Parameter count: how many photos it will have rendered.
    func withPlace<Result: Sendable>(
        for viewer: Viewer, photos count: Int, _ body: (PhotoProcessor.Place) async throws -> Result
    ) async throws -> Result {
        do {
            return try await processor.withPlace(for: viewer.id.value, photos: count, body)
        } catch let error as ImagingError {
            throw Problem(error)
        }
    }

    /// Renders the uploads and keeps their files, then has `record` write what claims them, in one
    /// transaction. Whatever fails, no file stays behind.
    @discardableResult
    func keeping<Result: Sendable>(
        _ uploads: [PhotoUpload], of viewer: Viewer, as shape: PhotoShape = .whole,
        record: @escaping @Sendable ([Photo], any Connection) throws -> Result
    ) async throws -> Result {
        guard !uploads.isEmpty else { return try await storage.write { try record([], $0) } }
        return try await withPlace(for: viewer, photos: uploads.count) {
            try await keeping(uploads, in: $0, as: shape, record: record)
        }
    }

    /// The same in a place that the post has already.
    @discardableResult
    func keeping<Result: Sendable>(
        _ uploads: [PhotoUpload], in turn: PhotoProcessor.Place, as shape: PhotoShape = .whole,
        record: @escaping @Sendable ([Photo], any Connection) throws -> Result
    ) async throws -> Result {
        var check = FieldCheck()
        let uploads = uploads.map(\.tidied)
        for upload in uploads {
            check.add(
                "altText",
                TextLimit.fault(
                    in: upload.altText, named: "An alternative text", atMost: PhotoUpload.altTextLimit,
                    as: .prose))
        }
        try check.done()
        try await notePlace()
        let prefixes = uploads.map { _ in MediaPrefix.random() }
        let time = clock.now()
        try await storage.write { try PhotoRecords.expect(prefixes.map(\.description), at: time, in: $0) }
        do {
            let photos = try await withThrowingTaskGroup(of: (Int, Photo).self) { group in
                for (place, upload) in uploads.enumerated() {
                    group.addTask {
                        (
                            place,
                            try await keep(upload, in: turn, as: shape, place: place, under: prefixes[place])
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
            // Perhaps the photos are posted. If not, their files are known as unclaimed, and go with the
            // maintenance.
            throw StorageError.uncertain
        } catch let error as MediaError where error.isPassing {
            // What is still on its way may arrive after it was removed; it goes with the maintenance too.
            throw error
        } catch {
            await releaseQuietly(prefixes.map(\.description))
            throw error
        }
    }

    private func keep(
        _ upload: PhotoUpload, in turn: PhotoProcessor.Place, as shape: PhotoShape, place: Int,
        under prefix: MediaPrefix
    ) async throws -> Photo {
        try await uploads.withFolder { folder in
            let rendered: RenderedPhoto
            do {
                rendered = try await turn.process(upload.path, into: folder, as: shape)
            } catch let error as ImagingError {
                throw Problem(error, photo: (upload.place ?? place) + 1)
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

    /// After a failure: what cannot be written down now stays known as unclaimed, and goes with the
    /// maintenance.
    private func releaseQuietly(_ files: [String]) async {
        // A task of its own: the request's may be cancelled already, which must not leave files behind.
        await Task {
            do {
                let prefixes = try await storage.write { connection in
                    let left = try PhotoRecords.takeUnclaimed(files, in: connection)
                    return try release(left.map { PhotoFiles(files: $0, names: nil) }, in: connection)
                }
                await announce(prefixes)
            } catch {
                logger.warning("Files of a failed upload stay for an hour", metadata: ["error": "\(error)"])
            }
        }.value
    }
}
