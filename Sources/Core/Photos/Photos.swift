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
    let clock: Clock
    let events: any Events
    let logger: Logger

    /// Adds one photo, ready to be posted.
    package func add(_ upload: PhotoUpload, by viewer: Viewer) async throws -> Photo {
        let time = clock.now()
        return try await keeping([upload]) { kept, connection in
            try Accounts.refuseDemo(viewer, in: connection)
            let photo = kept[0]
            try PhotoRecords.insert(photo, of: viewer.id, at: time, in: connection)
            return photo
        }
    }

    /// Develops the uploads and keeps their files, then has `record` write what claims them, in one transaction.
    /// Whatever fails, no file stays behind.
    @discardableResult
    func keeping<Result: Sendable>(
        _ uploads: [PhotoUpload], as shape: PhotoShape = .whole,
        record: @escaping @Sendable ([Photo], any Connection) throws -> Result
    ) async throws -> Result {
        var check = FieldCheck()
        for upload in uploads {
            check.add(
                "altText",
                TextLimit.fault(in: upload.altText, named: "An alternative text", atMost: PhotoUpload.altTextLimit))
        }
        try check.done()
        guard !uploads.isEmpty else { return try await storage.write { try record([], $0) } }
        let prefixes = uploads.map { _ in MediaPrefix.random() }
        let time = clock.now()
        try await storage.write { try PhotoRecords.expect(prefixes.map(\.description), at: time, in: $0) }
        do {
            let photos = try await withThrowingTaskGroup(of: (Int, Photo).self) { group in
                for (place, upload) in uploads.enumerated() {
                    group.addTask { (place, try await keep(upload, as: shape, place: place, under: prefixes[place])) }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
            }
            return try await storage.write { try record(photos, $0) }
        } catch StorageError.uncertain {
            // Perhaps the photos are posted. If not, their files are known as unclaimed, and go with the maintenance.
            throw StorageError.uncertain
        } catch let error as MediaError where error.isPassing {
            // What cannot be reached cannot be removed now; it goes with the maintenance too.
            throw error
        } catch {
            await removeQuietly(prefixes.map(\.description))
            throw error
        }
    }

    /// Removes files that nothing claims any more.
    func remove(_ files: [String]) async throws {
        guard !files.isEmpty else { return }
        let prefixes = files.compactMap { MediaPrefix($0) }
        do {
            defer { mediaCache.forget(prefixes) }
            try await media.delete(prefixes)
        }
        await events.publish(.photosRemoved(prefixes.map(\.description)))
        try await storage.write { try PhotoRecords.forget(files, in: $0) }
    }

    /// Removes the files that a crash or a failed removal left behind; how many photos' files there were.
    /// - Parameter age: only what has been unclaimed for so many milliseconds, as what is younger may be an upload
    ///   in progress.
    @discardableResult
    package func removeUnclaimed(olderThan age: Int64 = 0) async throws -> Int {
        let limit = clock.now() - age + (age == 0 ? 1 : 0)
        let files = try await storage.read { try PhotoRecords.unclaimed(before: limit, in: $0) }
        try await remove(files)
        return files.count
    }

    private func keep(
        _ upload: PhotoUpload, as shape: PhotoShape, place: Int, under prefix: MediaPrefix
    ) async throws -> Photo {
        try await uploads.withFolder { folder in
            let rendered: RenderedPhoto
            do {
                rendered = try await processor.process(upload.path, into: folder, as: shape)
            } catch let error as ImagingError {
                throw Problem(error, photo: (upload.place ?? place) + 1)
            }
            let names = rendered.renditions.map(\.fileName) + [rendered.thumbnail.fileName]
            try await media.put(names.map { MediaFile(path: "\(folder)/\($0)", name: $0) }, under: prefix)
            return Photo(
                id: upload.id ?? ids.next(), files: prefix.description, fileType: RenderedPhoto.fileType, width: rendered.width,
                height: rendered.height, altText: upload.altText.trimmed, blurhash: rendered.blurhash,
                renditions: rendered.renditions.map { .init(width: $0.width, height: $0.height) })
        }
    }

    /// After a failure: what cannot be removed now stays known as unclaimed, and goes at the next start.
    private func removeQuietly(_ files: [String]) async {
        // A task of its own: the request's may be cancelled already, which must not leave files behind.
        await Task {
            do { try await remove(files) } catch {
                logger.warning("Files of a failed upload stay until the next start", metadata: ["error": "\(error)"])
            }
        }.value
    }
}
