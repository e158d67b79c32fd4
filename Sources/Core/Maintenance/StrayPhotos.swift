import MediaStorage
import Storage

/// Photos that no record names, such as a restored older database leaves. They are moved aside, come back
/// when a record names them again, and are removed after a week.
struct StrayPhotos: Sendable {
    /// How long they lie aside, in milliseconds.
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

    /// - Parameters:
    ///   - evenIfMany: whether more than a hundredth of all photos may be moved aside.
    ///   - tell: is told what is being done just now.
    func sweep(evenIfMany: Bool, report tell: (String) -> Void = { _ in }) async throws -> Report {
        var report = Report()
        tell("looking for photos to move back")
        report.movedBack = try await bringBack()
        let (strays, total) = try await find(report: tell)
        tell("moving photos without a record aside")
        if !StrayPhoto.areFew(strays.count, of: total), !evenIfMany {
            report.refusal = """
                No record names \(strays.count) of \(total) photos, which is too many to be left over from something \
                small: they stay. Look whether the database is the right one and as new as it should be. If it is, say \
                “isntgram maintain --remove-strays”: they are moved aside, and removed after a week.
                """
            return report
        }
        let now = clock.now()
        if !strays.isEmpty {
            try await media.moveAside(strays, at: now)
            photos.mediaCache.forget(strays)
        }
        report.movedAside = strays.count
        let old = try await media.strays().filter { $0.since < now - Self.lifetime }
        try await media.removeStrays(old)
        report.removed = old.count
        return report
    }

    /// Moves back what lies aside and is named by a record again; how many photos that were.
    ///
    /// One after the other, and each is looked up again afterwards: who deleted it meanwhile found no file to remove.
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
                    try photos.release(
                        [PhotoFiles(files: stray.prefix.description, names: nil)], in: connection)
                }
                await photos.announce(removed)
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

    private func find(report tell: (String) -> Void) async throws -> (strays: [MediaPrefix], total: Int) {
        var all: (strays: [MediaPrefix], total: Int) = ([], 0)
        let folders = try await media.folders()
        for (number, folder) in folders.enumerated() {
            tell("looking for photos without a record, folder \(number + 1) of \(folders.count)")
            let found = try await unnamed(in: folder)
            all.strays += found.photos
            all.total += found.total
        }
        all.strays = try await kept(of: all.strays)
        return all
    }

    /// Whether there is any photo that no record names.
    func areAny() async throws -> Bool {
        for folder in try await media.folders() {
            if try await !kept(of: unnamed(in: folder).photos).isEmpty { return true }
        }
        return false
    }

    /// Without those that were deleted: they are not kept for a week, as their job removes them.
    private func kept(of unnamed: [MediaPrefix]) async throws -> [MediaPrefix] {
        guard !unnamed.isEmpty else { return [] }
        let deleted = try await photos.waitingForRemoval()
        return unnamed.filter { !deleted.contains($0) }
    }

    /// The photos in one of ``MediaPrefix/folders`` that no record names, and how many there are in all.
    private func unnamed(in folder: String) async throws -> (photos: [MediaPrefix], total: Int) {
        // Listed first: whatever is there then is named already, or not any more.
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
                UNION ALL SELECT picture FROM accounts WHERE picture >= \(folder) AND picture < \(folder + "~")
                """
            ) { $0.text() })
    }
}
