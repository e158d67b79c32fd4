import MediaStorage
import Storage

/// Gives a private account's photos new addresses: somebody who knew the old ones may not see the photos any more, and
/// an address alone shows its photo to whoever has it.
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

    /// Goes on where it was broken off: photos that have their new addresses are not given others.
    func run(with tools: JobTools) async throws {
        while try await tools.photos.rotate(self) {}
    }
}

extension Photos {
    /// Keeps the job that rotates an account's photos, where it is private. To be called in the transaction that ends
    /// somebody's right to see them; after it, ``JobQueue/wake()``.
    func enqueueRotation(of account: ID<Account>, in connection: any Connection) throws {
        guard try connection.exists("SELECT 1 FROM accounts WHERE id = \(account) AND is_private = 1") else { return }
        try jobs.enqueue(
            RotatePhotoFiles(account: account, before: clock.now() + 1), key: "rotate/\(account)", in: connection)
    }

    /// Rotates some photos; whether there were any.
    fileprivate func rotate(_ job: RotatePhotoFiles) async throws -> Bool {
        let photos = try await storage.read { connection in
            try PhotoRecords.privatePhotos(
                of: job.account, since: job.before, limit: RotatePhotoFiles.batch, in: connection)
        }
        guard !photos.isEmpty else { return false }
        let moves = photos.map { (photo: $0, new: MediaPrefix.random()) }
        let time = clock.now()
        try await storage.write { connection in
            try PhotoRecords.expect(moves.map(\.new.description), at: time, in: connection)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, move) in moves.enumerated() {
                if place >= RotatePhotoFiles.atOnce { try await group.next() }
                group.addTask {
                    let old = PhotoFiles(move.photo)
                    guard let prefix = old.prefix, let names = old.names else { return }
                    try await media.copy(names, of: prefix, to: move.new)
                }
            }
            try await group.waitForAll()
        }
        let gone = try await storage.write { connection in
            let gone = try moves.map { move in
                // A photo that was deleted meanwhile keeps nothing, and its copy goes too.
                guard try PhotoRecords.move(move.photo, to: move.new.description, at: job.before, in: connection) else {
                    _ = try PhotoRecords.takeUnclaimed([move.new.description], in: connection)
                    return PhotoFiles(files: move.new.description, names: PhotoFiles(move.photo).names)
                }
                try PhotoRecords.claim(move.new.description, in: connection)
                return PhotoFiles(move.photo)
            }
            return try release(gone, in: connection)
        }
        await announce(gone)
        return true
    }
}
