import Logging
import MediaStorage
import Storage
import Synchronization

/// Whether the photos at a place are this community's. Where they are not, nothing is cleaned up there: to a
/// database that is new, restored or another's, every photo would be one that no record names.
struct MediaOwnership: Sendable {
    /// How many of the newest photos are looked for.
    private static let sampleSize = 8
    /// The fact that holds since when photos are looked for at a place that the operator adopted.
    private static let adoptedAt = "media_adopted_at"

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos

    enum Verdict: Sendable, Equatable {
        case own
        /// It is marked as this community's, and others keep photos here too.
        case shared
        /// The marker is another community's.
        case foreign
        /// There are photos and no marker, and the records do not name all of them.
        case unmarked
        /// The photos that the records name are not there: perhaps the place was not mounted.
        case missing

        /// Whether photos may be removed that records of this community name.
        var allowsRemoval: Bool { self == .own || self == .shared }
        /// Whether whoever cleans up there may take this community's photos for strays.
        var isOthers: Bool { self == .foreign || self == .unmarked }
    }

    /// Why nothing is cleaned up, and what to do; nil where all is well.
    func refusal(_ verdict: Verdict) async throws -> String? {
        let id = try await Facts.communityID(in: storage)
        let advice = """
            Nothing was cleaned up there. Look whether the database and the photos that this program was given belong \
            together.
            """
        let remedy = "\(advice) If they do, as after restoring an older backup, run “isntgram media adopt”."
        switch verdict {
        case .own: return nil
        case .shared:
            let others = try await media.others().filter { $0 != id }.map { ".community-\($0)" }
            return """
                Other communities keep photos at the same place, so that nothing was cleaned up there. Give each a place \
                of its own; when their photos are gone, remove \(others.joined(separator: ", ")).
                """
        case .foreign:
            return """
                The photos are another community’s than the database. \(advice) If they do, remove .community there and run \
                “isntgram media adopt”.
                """
        case .unmarked: return "There are photos that the database does not name. \(remedy)"
        case .missing:
            return """
                The photos that the database names are not there: perhaps a volume is not mounted. Until they are, no photo \
                is taken. \(remedy)
                """
        }
    }

    /// Compares the marker and the photos with the records, and sets the marker where it is missing and the place is this
    /// community's: when the photos that the records name are there, and no others.
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
        switch try await media.marker() {
        case .some(let marker):
            guard marker == id else { return .foreign }
            // What a volume hides when it is mounted may have been marked before there was a volume.
            let sample = try await sample(sinceAdoption: true)
            guard try await areThere(sample, atLeast: min(1, sample.count)) else { return .missing }
        case nil:
            let sample = try await sample(sinceAdoption: false)
            guard try await areThere(sample, atLeast: (sample.count + 1) / 2) else { return .missing }
            // One that they do not name may be another community's, however many of this one's are beside it.
            guard try await !strays.areAny() else { return .unmarked }
            // Of two communities that come at once, one has it.
            try await media.mark(id)
            guard try await media.marker() == id else { return .foreign }
        }
        return try await media.others().allSatisfy { $0 == id } ? .own : .shared
    }

    /// Says that the place is this community's, whatever is there.
    /// - Throws: ``Problem`` of kind `conflict` where the marker is another's.
    func adopt(at time: Int64) async throws {
        let id = try await Facts.communityID(in: storage)
        try await media.mark(id)
        guard try await media.marker() == id else {
            throw Problem(
                .conflict,
                "The place is marked as another community’s. If it is not, remove .community there, and run this again."
            )
        }
        try await storage.write { try Facts.set(Self.adoptedAt, to: String(time), in: $0) }
        photos.place.set(try await verdict())
    }

    /// The newest photos that the records name; profile pictures where there are no others.
    private func sample(sinceAdoption: Bool) async throws -> [PhotoFiles] {
        try await storage.read { connection in
            let adoptedAt = try Facts.value(Self.adoptedAt, in: connection).flatMap { Int64($0) }
            guard sinceAdoption, let adoptedAt else {
                let newest = try PhotoRecords.newest(Self.sampleSize, after: 0, in: connection)
                return try newest.isEmpty ? PhotoRecords.pictures(Self.sampleSize, in: connection) : newest
            }
            return try PhotoRecords.newest(
                Self.sampleSize, after: IDSequence.first(at: adoptedAt + 1), in: connection)
        }
    }

    /// Whether so many of some photos have their files. Fewer are looked at where that is enough.
    private func areThere(_ sample: [PhotoFiles], atLeast count: Int) async throws -> Bool {
        var found = 0
        for photo in sample where found < count {
            guard let key = photo.keys?.last, try await media.byteCount(of: key) != nil else { continue }
            found += 1
        }
        return found >= count
    }

    private var strays: StrayPhotos {
        StrayPhotos(storage: storage, media: media, photos: photos, clock: photos.clock)
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
    /// - Throws: ``Problem`` of kind `unavailable` where the place is not the one that the records mean: what is kept
    ///   there would be lost when the right one is back.
    func notePlace() async throws {
        let id = try await Facts.communityID(in: storage)
        // The marker is looked at each time: it may have gone since, and be another's by now.
        if place.last?.allowsRemoval == true, try await media.marker() == id { return }
        let verdict = try await ownership.verdict()
        if verdict == .missing, let refusal = try await ownership.refusal(verdict) {
            logger.error("\(refusal)")
            throw Problem(
                .unavailable(retryAfter: 60),
                "No photo can be taken now: those of this site are not where they should be. Whoever runs it has to look."
            )
        }
        if verdict.isOthers { try await media.noteOther(id) }
    }

    func placeVerdict() async throws -> MediaOwnership.Verdict { try await ownership.verdict() }

    /// Before files are removed or moved: they must be at the place that the records mean.
    /// - Throws: ``MediaError``, which may pass: a volume is mounted, or a setting is mended.
    func requirePlace() async throws {
        let verdict = try await ownership.verdict()
        guard !verdict.allowsRemoval, let refusal = try await ownership.refusal(verdict) else { return }
        throw MediaError(refusal, isPassing: true)
    }
}
