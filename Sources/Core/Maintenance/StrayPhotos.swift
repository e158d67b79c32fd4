import MediaStorage
import Storage

/// The handling of photos that no record names, for example after an older database was restored. They are
/// moved aside, moved back when a record names them again, and removed after a week.
struct StrayPhotos: Sendable {
    /// How long stray photos are kept aside, in milliseconds.
    static let lifetime: Int64 = 7 * 24 * 3600 * 1000
    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let clock: WallClock

    struct Report: Sendable, Equatable {
        var movedAside = 0
        var movedBack = 0
        var removed = 0
        var refusal: String?
    }

    /// Moves back photos that have a record again, moves stray photos aside, and removes old ones.
    /// - Parameters:
    ///   - evenIfMany: whether many photos may be moved aside: more than 100 and more than one percent of
    ///     all.
    ///   - progress: receives a description of each step when it starts.
    func sweep(evenIfMany: Bool, report progress: (String) -> Void = { _ in }) async throws -> Report {
        var report = Report()
        progress("looking for photos to move back")
        report.movedBack = try await bringBack()
        let (strays, total) = try await find(report: progress)
        progress("moving photos without a record aside")
        if !StrayPhoto.isSmallNumber(strays.count, of: total), !evenIfMany {
            report.refusal = """
                \(strays.count) of \(total) photos have no record. That is unusually many, so they were not \
                moved. Check whether this is the right database and not an old version of it. If it is \
                right, run “isntgram maintain --remove-strays”: the photos are then moved aside and removed \
                after a week.
                """
            return report
        }
        let now = clock.now()
        if !strays.isEmpty {
            try await media.moveAside(strays, at: now)
            photos.mediaCache.remove(strays)
        }
        report.movedAside = strays.count
        let old = try await media.strays().filter { $0.since < now - Self.lifetime }
        try await media.removeStrays(old)
        report.removed = old.count
        return report
    }

    /// Moves back photos that were moved aside and that a record names again.
    ///
    /// Photos are moved one after another, and each record is looked up again afterwards. If the photo was
    /// deleted in the meantime, that deletion found no file to remove.
    /// - Returns: how many photos were moved back.
    func bringBack() async throws -> Int {
        var wanted: [StrayPhoto] = []
        for (folder, strays) in Dictionary(grouping: try await media.strays(), by: \.prefix.folder) {
            let named = try await storage.read { try Self.named(in: folder, in: $0) }
            wanted += strays.filter { named.contains($0.prefix.description) }
        }
        var count = 0
        for stray in wanted {
            try await media.moveBack([stray])
            if try await isNamed(stray.prefix) {
                count += 1
            } else {
                let removed = try await storage.write { connection in
                    try photos.enqueueRemoval(
                        of: [PhotoFiles(files: stray.prefix.description, names: nil)], in: connection)
                }
                await photos.startRemoval(of: removed)
            }
        }
        return count
    }

    private func isNamed(_ prefix: MediaPrefix) async throws -> Bool {
        let files = prefix.description
        return try await storage.read { connection in
            try connection.exists(
                """
                SELECT 1 FROM photos WHERE files = \(files)
                UNION ALL SELECT 1 FROM accounts WHERE picture = \(files)
                """)
        }
    }

    private func find(report progress: (String) -> Void) async throws -> (strays: [MediaPrefix], total: Int) {
        var all: (strays: [MediaPrefix], total: Int) = ([], 0)
        let folders = try await media.folders()
        for (number, folder) in folders.enumerated() {
            progress("looking for photos without a record, folder \(number + 1) of \(folders.count)")
            let found = try await unnamed(in: folder)
            all.strays += found.photos
            all.total += found.total
        }
        all.strays = try await withoutDeleted(all.strays)
        return all
    }

    /// Whether there is any photo that no record names.
    func exist() async throws -> Bool {
        for folder in try await media.folders() {
            if try await !withoutDeleted(unnamed(in: folder).photos).isEmpty { return true }
        }
        return false
    }

    /// Leaves out photos that were deleted: a job removes them, so they must not be kept for a week.
    private func withoutDeleted(_ unnamed: [MediaPrefix]) async throws -> [MediaPrefix] {
        guard !unnamed.isEmpty else { return [] }
        let deleted = try await photos.waitingForRemoval()
        return unnamed.filter { !deleted.contains($0) }
    }

    /// The photos in one of the folders of the media storage that no record names, and the number of all
    /// photos there.
    private func unnamed(in folder: String) async throws -> (photos: [MediaPrefix], total: Int) {
        // The files are listed before the records are read: an upload writes its record before its files.
        let found = try await media.prefixes(in: folder)
        guard !found.isEmpty else { return ([], 0) }
        let named = try await storage.read { connection in
            try Self.named(in: folder, in: connection).union(
                connection.rows(
                    "SELECT files FROM unclaimed_files WHERE files >= \(folder) AND files < \(folder + "~")"
                ) { $0.text() })
        }
        return (found.filter { !named.contains($0.description) }, found.count)
    }

    private static func named(in folder: String, in connection: any Connection) throws -> Set<String> {
        try Set(
            connection.rows(
                """
                SELECT files FROM photos WHERE files >= \(folder) AND files < \(folder + "~")
                UNION ALL
                SELECT picture FROM accounts WHERE picture >= \(folder) AND picture < \(folder + "~")
                """
            ) { $0.text() })
    }
}
