import Logging
import MediaStorage
import Storage

/// Gives the photos of a private account new URLs, because a person who knows the old URLs may no longer see
/// the photos. A photo is shown to everyone who has its URL.
struct RotatePhotoFiles: Job {
    static let kind = "rotate-photo-files"
    static let lane = JobLane.media
    /// How many photos are rotated in one step.
    static let batch = 50
    /// How many photos are copied at the same time.
    static let concurrentCopies = 4

    let account: ID<Account>
    /// Only photos that got their URLs before this time are rotated, in milliseconds since 1970.
    let before: Int64

    /// Continues where an earlier run was interrupted: photos that already have new URLs are not changed
    /// again. If a photo has lost some of its files, the others get the new URL. A photo that has lost all
    /// files or cannot be copied keeps its URL, and the job is retried: the files may come back, for example
    /// from a backup, and must not be visible at the old URL then.
    func run(with tools: JobTools) async throws {
        try await tools.photos.requireOwnLocation()
        var last: Int64 = 0
        var failed = 0
        while let step = try await tools.photos.rotate(self, after: last) {
            last = step.last
            failed += step.failed
        }
        guard failed == 0 else {
            throw MediaError("The files of \(failed) photos are missing or cannot be copied.")
        }
    }
}

extension Photos {
    /// Enqueues the job that rotates the photos of an account, if the account is private. Call this in the
    /// transaction that ends a person's right to see them, and call ``JobQueue/wake()`` after the commit.
    func enqueueRotation(of account: ID<Account>, in connection: any Connection) throws {
        guard try connection.exists("SELECT 1 FROM accounts WHERE id = \(account) AND is_private = 1") else {
            return
        }
        try jobs.enqueue(
            RotatePhotoFiles(account: account, before: clock.now() + 1), key: "rotate/\(account)",
            in: connection)
    }

    /// Rotates the next photos in the order of their ids.
    /// - Returns: the id of the last photo, and how many photos keep their URLs because they could not be
    ///   copied. Nil if no photos are left.
    fileprivate func rotate(_ job: RotatePhotoFiles, after last: Int64) async throws -> (
        last: Int64, failed: Int
    )? {
        let time = clock.now()
        let photos = try await storage.read { connection in
            try PhotoRecords.privatePhotos(
                of: job.account, since: job.before, now: time, after: last, limit: RotatePhotoFiles.batch,
                in: connection)
        }
        guard let end = photos.last?.id.value else { return nil }
        let moves = photos.map { (photo: $0, new: MediaPrefix.random()) }
        try await storage.write { connection in
            try PhotoRecords.addUnclaimed(moves.map(\.new.description), at: time, in: connection)
        }
        let copied = try await copy(moves)
        let (removed, failed) = try await storage.write { connection in
            var obsolete: [PhotoFiles] = []
            var failed = 0
            for move in moves {
                // The new files of a photo that was not copied, or was deleted in the meantime, are removed.
                guard copied.contains(move.new),
                    try PhotoRecords.changeFiles(
                        of: move.photo, to: move.new.description, at: job.before, in: connection)
                else {
                    if !copied.contains(move.new), try PhotoRecords.isCurrent(move.photo, in: connection) {
                        failed += 1
                    }
                    _ = try PhotoRecords.removeUnclaimed([move.new.description], in: connection)
                    obsolete.append(
                        PhotoFiles(files: move.new.description, names: PhotoFiles(move.photo).names))
                    continue
                }
                try PhotoRecords.claim(move.new.description, in: connection)
                obsolete.append(PhotoFiles(move.photo))
            }
            return (try enqueueRemoval(of: obsolete, in: connection), failed)
        }
        await startRemoval(of: removed)
        return (end, failed)
    }

    /// Copies photos to their new prefixes, several at a time.
    /// - Returns: the new prefixes of the photos that were copied.
    /// - Throws: temporary errors.
    private func copy(_ moves: [(photo: Photo, new: MediaPrefix)]) async throws -> Set<MediaPrefix> {
        try await withThrowingTaskGroup(of: MediaPrefix?.self) { group in
            var copied: Set<MediaPrefix> = []
            func add(_ prefix: MediaPrefix??) { if let prefix = prefix ?? nil { copied.insert(prefix) } }
            for (index, move) in moves.enumerated() {
                if index >= RotatePhotoFiles.concurrentCopies { add(try await group.next()) }
                group.addTask {
                    let old = PhotoFiles(move.photo)
                    guard let prefix = old.prefix, let names = old.names else { return nil }
                    do {
                        return try await media.copy(names, of: prefix, to: move.new) ? move.new : nil
                    } catch let error as MediaError where !error.isTransient {
                        logger.warning(
                            "A photo could not be given a new URL", metadata: ["error": "\(error)"])
                        return nil
                    }
                }
            }
            while let prefix = try await group.next() { add(prefix) }
            return copied
        }
    }
}
