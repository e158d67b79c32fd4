import Logging
import MediaStorage
import Storage

/// Removes the files of deleted photos. Files that are already gone are not an error, so the job can run
/// again.
struct RemovePhotoFiles: Job {
    static let kind = "remove-photo-files"
    static let lane = JobLane.media
    /// How many photos one job removes. Their files are about as many as S3 can delete in one request.
    static let batch = 200

    let photos: [PhotoFiles]

    func run(with tools: JobTools) async throws { try await tools.photos.removeFiles(of: photos) }
}

/// The removal of photo files. The transaction that deletes photos enqueues a job for their files. From the
/// commit on, the photos are not served any more, and the job removes the files.
extension Photos {
    /// Enqueues the jobs that remove the files of these photos, and publishes the deletion to other instances
    /// with the commit. The caller must pass the result to ``startRemoval(of: _:)`` after the commit.
    func enqueueRemoval(of photos: [PhotoFiles], in connection: any Connection) throws -> [MediaPrefix] {
        for start in stride(from: 0, to: photos.count, by: RemovePhotoFiles.batch) {
            let some = Array(photos[start..<min(photos.count, start + RemovePhotoFiles.batch)])
            try jobs.enqueue(RemovePhotoFiles(photos: some), in: connection)
        }
        let prefixes = photos.compactMap(\.prefix)
        try events.publishToOthers(.photosRemoved(prefixes.map(\.description)), in: connection)
        return prefixes
    }

    /// Stops serving deleted photos in this instance, and starts the jobs that remove their files. Other
    /// instances were informed in the transaction.
    func startRemoval(of prefixes: [MediaPrefix]) async {
        guard !prefixes.isEmpty else { return }
        withhold(prefixes)
        jobs.wake()
    }

    /// Whether a photo was deleted. Its files may still exist.
    package func isRemoved(_ prefix: MediaPrefix) -> Bool { removed.contains(prefix) }

    /// Stops serving photos that were deleted by this instance or another.
    func withhold(_ prefixes: [MediaPrefix]) {
        removed.insert(prefixes)
        mediaCache.remove(prefixes)
    }

    /// Forgets deleted photos after this instance or another has removed their files.
    func stopWithholding(_ prefixes: [MediaPrefix]) {
        // A request that began to read a file before the removal may have cached it since.
        mediaCache.remove(prefixes)
        removed.remove(prefixes)
    }

    /// Loads the deleted photos whose files may still exist from the database. Called when the server starts,
    /// and when events may have been missed.
    package func loadRemoved() async throws {
        let known = removed.all
        removed.replace(try await waitingForRemoval(), knownBefore: known)
    }

    /// Calls ``loadRemoved()`` in the background.
    func reloadRemoved() {
        Task {
            do { try await loadRemoved() } catch {
                logger.warning("Deleted photos could not be loaded", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The photos whose files will be removed by jobs.
    func waitingForRemoval() async throws -> Set<MediaPrefix> {
        let payloads = try await storage.read { try JobRecords.payloads(of: RemovePhotoFiles.kind, in: $0) }
        let jobs = payloads.compactMap {
            try? JobKinds.all.decode(RemovePhotoFiles.kind, $0) as? RemovePhotoFiles
        }
        return Set(jobs.flatMap { $0.photos.compactMap(\.prefix) })
    }

    fileprivate func removeFiles(of photos: [PhotoFiles]) async throws {
        // The instance that deleted them may have crashed or lost its connection before it published the
        // deletion.
        let prefixes = photos.compactMap(\.prefix)
        withhold(prefixes)
        await events.publish(.photosRemoved(prefixes.map(\.description)))
        // A missing file counts as removed, which is true only at the right location.
        try await requireOwnLocation()
        try await media.delete(photos.compactMap(\.keys).flatMap { $0 })
        try await media.delete(photos.filter { $0.names == nil }.compactMap(\.prefix))
        let aside = try await media.strays().filter { prefixes.contains($0.prefix) }
        if !aside.isEmpty { try await media.removeStrays(aside) }
        stopWithholding(prefixes)
        await events.publish(.photoFilesRemoved(prefixes.map(\.description)))
    }

    /// Enqueues the removal of files that a crash or a failed upload left behind. Does not access the media
    /// storage.
    /// - Parameter age: only files that have been unclaimed for this many milliseconds are removed, because
    ///   newer ones may belong to an upload in progress.
    /// - Returns: how many photos the files belong to.
    @discardableResult
    package func releaseUnclaimed(olderThan age: Int64 = 0) async throws -> Int {
        let limit = clock.now() - age + (age == 0 ? 1 : 0)
        let prefixes = try await storage.write { connection in
            let files = try PhotoRecords.removeUnclaimed(before: limit, in: connection)
            return try enqueueRemoval(of: files.map { PhotoFiles(files: $0, names: nil) }, in: connection)
        }
        await startRemoval(of: prefixes)
        return prefixes.count
    }

    /// Deletes a photo or a direct upload of `viewer` that is not posted yet.
    /// - Throws: ``Problem`` of kind `notFound` if there is no such photo.
    package func deleteUnposted(_ id: ID<Photo>, by viewer: Viewer) async throws {
        let prefixes = try await storage.write { connection in
            if let photo = try PhotoRecords.removeWaiting(id, of: viewer.id, in: connection) {
                if !photo.altText.isEmpty { try deletions.schedule(in: connection) }
                return try enqueueRemoval(of: [PhotoFiles(photo)], in: connection)
            }
            guard let upload = try DirectUploadRecords.take(id, of: viewer.id, in: connection) else {
                throw Problem.notFound("photo")
            }
            if !upload.altText.isEmpty { try deletions.schedule(in: connection) }
            try discard([upload], in: connection)
            return []
        }
        await startRemoval(of: prefixes)
        jobs.wake()
    }
}
