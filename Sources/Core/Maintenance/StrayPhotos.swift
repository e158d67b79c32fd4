import MediaStorage
import Storage

/// Photos that no record names, such as a restored older database leaves. They are moved aside, come back
/// when a record names them again, and are removed after a week.
struct StrayPhotos: Sendable {
    /// How long they lie aside, in milliseconds.
    static let lifetime: Int64 = 7 * 24 * 3600 * 1000
    /// So many are moved aside without a question, whatever their share is.
    static let fewEnough = 100

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let clock: Clock

    struct Report: Sendable, Equatable {
        var movedAside = 0
        var movedBack = 0
        var removed = 0
        var refusal: String?
    }

    /// - Parameter evenIfMany: whether more than a hundredth of all photos may be moved aside.
    func sweep(evenIfMany: Bool) async throws -> Report {
        var report = Report()
        report.movedBack = try await bringBack()
        let (strays, total) = try await find()
        if strays.count > Self.fewEnough, strays.count * 100 > total, !evenIfMany {
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
    func bringBack() async throws -> Int {
        let aside = try await media.strays()
        var back: [StrayPhoto] = []
        for (folder, strays) in Dictionary(grouping: aside, by: \.prefix.folder) {
            let named = try await storage.read { try Self.named(in: folder, in: $0) }
            back += strays.filter { named.contains($0.prefix.description) }
        }
        try await media.moveBack(back)
        return back.count
    }

    private func find() async throws -> (strays: [MediaPrefix], total: Int) {
        var strays: [MediaPrefix] = []
        var total = 0
        for folder in try await media.folders() {
            // Listed first: whatever is there then is named already, or not any more.
            let found = try await media.prefixes(in: folder)
            guard !found.isEmpty else { continue }
            total += found.count
            let named = try await storage.read { connection in
                try Self.named(in: folder, in: connection).union(
                    connection.rows(
                        "SELECT files FROM unclaimed_files WHERE files >= \(folder) AND files < \(folder + "~")"
                    ) { $0.text() })
            }
            strays += found.filter { !named.contains($0.description) }
        }
        // What was deleted is not kept for a week: its job removes it.
        let deleted = try await photos.waitingForRemoval()
        return (strays.filter { !deleted.contains($0) }, total)
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
