import MediaStorage
import Storage
import Synchronization

/// Whether the photos at a place are this community's. Where they are not, nothing is cleaned up there: to a
/// database that is new, restored or another's, every photo would be one that no record names.
struct MediaOwnership: Sendable {
    /// How many photos are looked at where there is no marker, and how many of one folder.
    private static let sample = (size: 200, ofFolder: 2)

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos

    enum Verdict: Sendable, Equatable {
        case own
        /// It is marked as this community's, and others keep photos here too.
        case shared
        /// The marker is another community's.
        case foreign
        /// There are photos and no marker, and the records do not name nearly all of them.
        case unmarked
        /// The records name photos, and there are none and no marker: perhaps the place was not mounted.
        case missing

        /// Whether photos may be removed that records of this community name.
        var allowsRemoval: Bool { self == .own || self == .shared }
        /// Whether whoever cleans up there may take this community's photos for strays.
        var isOthers: Bool { self == .foreign || self == .unmarked }
    }

    /// Why nothing is cleaned up, and what to do; nil where all is well.
    func refusal(_ verdict: Verdict) async throws -> String? {
        let id = try await Facts.communityID(in: storage)
        let remedy = """
            Nothing was cleaned up there. Look whether the database and the photos that this program was given belong \
            together. If they do, as after restoring an older backup, write \(id) into the file .community (in S3 the \
            object .community under the prefix) and run “isntgram maintain”.
            """
        switch verdict {
        case .own: return nil
        case .shared:
            let others = try await media.others().filter { $0 != id }.map { ".community-\($0)" }
            return """
                Other communities keep photos at the same place, so that nothing was cleaned up there. Give each a place \
                of its own; when their photos are gone, remove \(others.joined(separator: ", ")).
                """
        case .foreign: return "The photos are another community’s than the database. \(remedy)"
        case .unmarked: return "There are photos, and not those that the database names. \(remedy)"
        case .missing: return "The database names photos, and there are none: perhaps a volume is not mounted. \(remedy)"
        }
    }

    /// Compares the marker with the records, and sets it where it is missing and the place is this
    /// community's: when it has no photos yet, or has those that the records name, as before there were
    /// markers.
    func verdict() async throws -> Verdict {
        let id = try await Facts.communityID(in: storage)
        let verdict = try await verdict(id)
        photos.place.set(verdict)
        // Whoever cleans up here must know that what the records of others do not name may be ours.
        if verdict.isOthers, try await storage.read(PhotoRecords.areAny) {
            try await media.noteOther(id)
        }
        return verdict
    }

    private func verdict(_ id: String) async throws -> Verdict {
        if let marker = try await media.marker() {
            guard marker == id else { return .foreign }
            return try await media.others().allSatisfy { $0 == id } ? .own : .shared
        }
        let found = try await someThere()
        if found.isEmpty, try await storage.read(PhotoRecords.areAny) { return .missing }
        guard try await areNamed(found) else { return .unmarked }
        // Of two communities that come at once, one has it.
        try await media.mark(id)
        return try await media.marker() == id ? .own : .foreign
    }

    /// Some photos there, but for those whose removal waits.
    private func someThere() async throws -> [String] {
        var photos: [MediaPrefix] = []
        for folder in try await media.folders() where photos.count < Self.sample.size {
            photos += try await media.prefixes(in: folder).prefix(Self.sample.ofFolder)
        }
        let deleted = try await self.photos.waitingForRemoval()
        return photos.filter { !deleted.contains($0) }.map(\.description)
    }

    /// Whether the records name nearly all of some photos. More than a few that they do not are another community's,
    /// among which this one began to post.
    private func areNamed(_ found: [String]) async throws -> Bool {
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
        return named * 10 >= found.count * 9
    }
}

/// What was last found of the place of the photos, in this process.
final class MediaPlace: Sendable {
    /// A lock, because every upload looks.
    private let verdict = Mutex<MediaOwnership.Verdict?>(nil)

    func set(_ new: MediaOwnership.Verdict) { verdict.withLock { $0 = new } }

    /// Nil where nobody has looked yet.
    var last: MediaOwnership.Verdict? { verdict.withLock { $0 } }
}

extension Photos {
    private var ownership: MediaOwnership { MediaOwnership(storage: storage, media: media, photos: self) }

    /// Before a photo is kept: where the place is another community's, that one is told.
    func notePlace() async throws {
        let verdict = if let last = place.last { last } else { try await ownership.verdict() }
        guard verdict.isOthers else { return }
        try await media.noteOther(try await Facts.communityID(in: storage))
    }

    /// Before files are removed or moved: they must be at the place that the records mean.
    /// - Throws: ``MediaError``, which may pass: a volume is mounted, or a setting is mended.
    func requirePlace() async throws {
        let verdict = try await ownership.verdict()
        guard !verdict.allowsRemoval, let refusal = try await ownership.refusal(verdict) else { return }
        throw MediaError(refusal, isPassing: true)
    }
}
