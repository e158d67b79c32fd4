import Logging
import MediaStorage
import Storage

/// Removes files of deleted photos. What is gone already needs no removing, so that it can be run again.
struct RemovePhotoFiles: Job {
    static let kind = "remove-photo-files"
    static let lane = JobLane.media
    /// How many photos one job removes: their files are about as many as S3 deletes at once.
    static let most = 200

    let photos: [PhotoFiles]

    func run(with tools: JobTools) async throws { try await tools.photos.removeFiles(of: photos) }
}

/// How photos' files go: in the transaction that deletes the photos a job is kept for them, from the commit
/// on nobody is served them, and the job removes them.
extension Photos {
    /// Keeps the jobs that remove these photos' files, and has the other copies told with the commit. After
    /// it, ``announce(_:)`` is called with what this returns.
    func release(_ photos: [PhotoFiles], in connection: any Connection) throws -> [MediaPrefix] {
        for start in stride(from: 0, to: photos.count, by: RemovePhotoFiles.most) {
            let some = Array(photos[start..<min(photos.count, start + RemovePhotoFiles.most)])
            try jobs.enqueue(RemovePhotoFiles(photos: some), in: connection)
        }
        let prefixes = photos.compactMap(\.prefix)
        try events.tellOthers(.photosRemoved(prefixes.map(\.description)), in: connection)
        return prefixes
    }

    /// Has nobody served deleted photos here from now on, and their files removed. The other copies were told
    /// in the transaction.
    func announce(_ prefixes: [MediaPrefix]) async {
        guard !prefixes.isEmpty else { return }
        withhold(prefixes)
        jobs.wake()
    }

    /// Whether a photo was deleted, though its files may still be there.
    package func isRemoved(_ prefix: MediaPrefix) -> Bool { removed.contains(prefix) }

    /// Serves deleted photos to nobody; they were deleted here or in another copy.
    func withhold(_ prefixes: [MediaPrefix]) {
        removed.insert(prefixes)
        mediaCache.forget(prefixes)
    }

    /// Forgets deleted photos whose files are gone, removed by this copy or another.
    func stopWithholding(_ prefixes: [MediaPrefix]) {
        // Who began to read before the removal may have kept a file since.
        mediaCache.forget(prefixes)
        removed.remove(prefixes)
    }

    /// Looks up which deleted photos' files may still be there: when the program starts, and when news of it
    /// may have been missed.
    package func loadRemoved() async throws {
        let known = removed.all
        removed.replace(try await waitingForRemoval(), knownBefore: known)
    }

    /// The same beside whoever asks, who does not wait for it.
    func reloadRemoved() {
        Task {
            do { try await loadRemoved() } catch {
                logger.warning("Deleted photos could not be looked up", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The photos whose files jobs are to remove.
    func waitingForRemoval() async throws -> Set<MediaPrefix> {
        let payloads = try await storage.read { try JobRecords.payloads(of: RemovePhotoFiles.kind, in: $0) }
        let jobs = payloads.compactMap {
            try? JobKinds.all.job(RemovePhotoFiles.kind, $0) as? RemovePhotoFiles
        }
        return Set(jobs.flatMap { $0.photos.compactMap(\.prefix) })
    }

    fileprivate func removeFiles(of photos: [PhotoFiles]) async throws {
        // Who deleted them may have died, or lost the connection, before anybody was told.
        let prefixes = photos.compactMap(\.prefix)
        withhold(prefixes)
        await events.publish(.photosRemoved(prefixes.map(\.description)))
        // What is not there counts as removed, which it is only where it would be.
        try await requirePlace()
        try await media.delete(photos.compactMap(\.keys).flatMap { $0 })
        try await media.delete(photos.filter { $0.names == nil }.compactMap(\.prefix))
        let aside = try await media.strays().filter { prefixes.contains($0.prefix) }
        if !aside.isEmpty { try await media.removeStrays(aside) }
        stopWithholding(prefixes)
        await events.publish(.photoFilesRemoved(prefixes.map(\.description)))
    }

    /// Has the files removed that a crash or a failed upload left behind; how many photos' files those are.
    /// The media storage is not asked.
    /// - Parameter age: only what has been unclaimed for so many milliseconds, as what is younger may be an
    ///   upload in progress.
    @discardableResult
    package func releaseUnclaimed(olderThan age: Int64 = 0) async throws -> Int {
        let limit = clock.now() - age + (age == 0 ? 1 : 0)
        let prefixes = try await storage.write { connection in
            let files = try PhotoRecords.takeUnclaimed(before: limit, in: connection)
            return try release(files.map { PhotoFiles(files: $0, names: nil) }, in: connection)
        }
        await announce(prefixes)
        return prefixes.count
    }

    /// Takes back a photo or a direct upload of `viewer` that is not posted yet.
    /// - Throws: ``Problem`` of kind `notFound` for what is no such photo.
    package func takeBack(_ id: ID<Photo>, by viewer: Viewer) async throws {
        let prefixes = try await storage.write { connection in
            if let photo = try PhotoRecords.takeWaiting(id, of: viewer.id, in: connection) {
                if !photo.altText.isEmpty { try deletions.note(in: connection) }
                return try release([PhotoFiles(photo)], in: connection)
            }
            guard let upload = try DirectUploadRecords.take(id, of: viewer.id, in: connection) else {
                throw Problem.notFound("photo")
            }
            if !upload.altText.isEmpty { try deletions.note(in: connection) }
            try discard([upload], in: connection)
            return []
        }
        await announce(prefixes)
        jobs.wake()
    }
}
