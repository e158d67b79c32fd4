import Logging
import MediaStorage
import Storage

/// Gives a private account's photos new addresses: somebody who knew the old ones may not see the photos any
/// more, and an address alone shows its photo to whoever has it.
struct RotatePhotoFiles: Job {
    static let kind = "rotate-photo-files"
    static let lane = JobLane.media
    /// How many photos are done together.
    static let batch = 50
    /// How many of them are copied at once.
    static let atOnce = 4

    let account: ID<Account>
    /// Photos that got their addresses before then, in milliseconds since 1970.
    let before: Int64

    /// Goes on where it was broken off: photos that have their new addresses are not given others. Of a photo
    /// that lost some files the others get the new address. One that lost all, or cannot be copied, keeps its
    /// address, and the job is tried again: its files may come back, as from a backup, and must not be seen
    /// at the old address then.
    func run(with tools: JobTools) async throws {
        try await tools.photos.requirePlace()
        var last: Int64 = 0
        var kept = 0
        while let some = try await tools.photos.rotate(self, after: last) {
            last = some.last
            kept += some.kept
        }
        guard kept == 0 else {
            throw MediaError("The files of \(kept) photos are not there, or cannot be copied.")
        }
    }
}

extension Photos {
    /// Keeps the job that rotates an account's photos, where it is private. To be called in the transaction
    /// that ends somebody's right to see them; after it, ``JobQueue/wake()``.
    func enqueueRotation(of account: ID<Account>, in connection: any Connection) throws {
        guard try connection.exists("SELECT 1 FROM accounts WHERE id = \(account) AND is_private = 1") else {
            return
        }
        try jobs.enqueue(
            RotatePhotoFiles(account: account, before: clock.now() + 1), key: "rotate/\(account)",
            in: connection)
    }

    /// Rotates some photos, in the order of their ids; the id of the last, and how many keep their addresses
    /// because they could not be copied. Nil where there are none left.
    fileprivate func rotate(_ job: RotatePhotoFiles, after last: Int64) async throws -> (
        last: Int64, kept: Int
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
            try PhotoRecords.expect(moves.map(\.new.description), at: time, in: connection)
        }
        let copied = try await copied(moves)
        let (gone, kept) = try await storage.write { connection in
            var gone: [PhotoFiles] = []
            var kept = 0
            for move in moves {
                // A photo that was not copied, or was deleted meanwhile, has no use for a new address.
                guard copied.contains(move.new),
                    try PhotoRecords.move(
                        move.photo, to: move.new.description, at: job.before, in: connection)
                else {
                    if !copied.contains(move.new), try PhotoRecords.has(move.photo, in: connection) {
                        kept += 1
                    }
                    _ = try PhotoRecords.takeUnclaimed([move.new.description], in: connection)
                    gone.append(PhotoFiles(files: move.new.description, names: PhotoFiles(move.photo).names))
                    continue
                }
                try PhotoRecords.claim(move.new.description, in: connection)
                gone.append(PhotoFiles(move.photo))
            }
            return (try release(gone, in: connection), kept)
        }
        await announce(gone)
        return (end, kept)
    }

    /// Copies photos to their new addresses, some at once; which of them are there.
    /// - Throws: what may pass for all of them.
    private func copied(_ moves: [(photo: Photo, new: MediaPrefix)]) async throws -> Set<MediaPrefix> {
        try await withThrowingTaskGroup(of: MediaPrefix?.self) { group in
            var copied: Set<MediaPrefix> = []
            func take(_ prefix: MediaPrefix??) { if let prefix = prefix ?? nil { copied.insert(prefix) } }
            for (place, move) in moves.enumerated() {
                if place >= RotatePhotoFiles.atOnce { take(try await group.next()) }
                group.addTask {
                    let old = PhotoFiles(move.photo)
                    guard let prefix = old.prefix, let names = old.names else { return nil }
                    do {
                        return try await media.copy(names, of: prefix, to: move.new) ? move.new : nil
                    } catch let error as MediaError where !error.isPassing {
                        logger.warning(
                            "A photo could not be given a new address", metadata: ["error": "\(error)"])
                        return nil
                    }
                }
            }
            while let prefix = try await group.next() { take(prefix) }
            return copied
        }
    }
}
