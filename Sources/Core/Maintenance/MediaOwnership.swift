import MediaStorage
import Storage

/// Whether the photos at a place are this community's. Where they are not, nothing is cleaned up there: to a
/// database that is new, restored or another's, every photo would be one that no record names.
struct MediaOwnership: Sendable {
    /// How many photos are looked at where there is no marker, and how many of one folder.
    private static let sample = (size: 20, ofFolder: 2)

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos

    enum Verdict: Sendable, Equatable {
        case own
        /// The marker is another community's.
        case foreign
        /// There are photos and no marker, and most of them the records do not name.
        case unmarked

        /// Why nothing is cleaned up, and what to do; nil where all is well.
        var refusal: String? {
            let remedy = """
                Nothing was cleaned up there. Look whether the database and the photos that this program was given \
                belong together. If they do, as after restoring an older backup, remove the file .community (the \
                object .community under the prefix in S3) and run “isntgram maintain”.
                """
            return switch self {
            case .own: nil
            case .foreign: "The photos are another community’s than the database. \(remedy)"
            case .unmarked: "There are photos, and not those that the database names. \(remedy)"
            }
        }
    }

    /// Compares the marker with the records, and sets it where it is missing and the place is this
    /// community's: when it has no photos yet, or has those that the records name, as before there were
    /// markers.
    func verdict() async throws -> Verdict {
        let id = try await Facts.communityID(in: storage)
        if let marker = try await media.marker() { return marker == id ? .own : .foreign }
        guard try await isNamed() else { return .unmarked }
        // Of two communities that come at once, one has it.
        try await media.mark(id)
        return try await media.marker() == id ? .own : .foreign
    }

    /// Whether the records name most of some photos there; true where there are none.
    private func isNamed() async throws -> Bool {
        var photos: [MediaPrefix] = []
        for folder in try await media.folders() where photos.count < Self.sample.size {
            photos += try await media.prefixes(in: folder).prefix(Self.sample.ofFolder)
        }
        let deleted = try await self.photos.waitingForRemoval()
        let found = photos.filter { !deleted.contains($0) }.map(\.description)
        let named = try await storage.read { connection in
            try found.count { files in
                try connection.exists(
                    """
                    SELECT 1 FROM photos WHERE files = \(files)
                    UNION ALL SELECT 1 FROM accounts WHERE picture = \(files)
                    UNION ALL SELECT 1 FROM unclaimed_files WHERE files = \(files)
                    """)
            }
        }
        return named * 2 >= found.count
    }
}
