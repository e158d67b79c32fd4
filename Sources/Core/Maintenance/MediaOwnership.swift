import Logging
import MediaStorage
import Storage
import Synchronization

/// Determines whether the photos at a location belong to this community. If they do not, nothing is cleaned
/// up there: with a new, restored or wrong database, all photos would look like photos without a record.
struct MediaOwnership: Sendable {
    /// How many of the newest photos are checked.
    private static let sampleSize = 8
    /// The name of the fact that stores when the administrator adopted the location. Only newer photos are
    /// checked.
    private static let adoptedAt = "media_adopted_at"

    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos

    enum Verdict: Sendable, Equatable {
        case own
        /// The marker is this community's, and other communities store photos here too.
        case shared
        /// The marker is another community's.
        case foreign
        /// There are photos but no marker, and the records do not name all of the photos.
        case unmarked
        /// The photos that the records name do not exist. A volume may not be mounted.
        case missing

        /// Whether photos of this community may be removed.
        var allowsRemoval: Bool { self == .own || self == .shared }
        /// Whether the location belongs to another community, which could treat this community's photos as
        /// strays.
        var isOthers: Bool { self == .foreign || self == .unmarked }
    }

    /// Returns why nothing is cleaned up and what to do about it, or nil if everything is in order.
    func refusal(_ verdict: Verdict) async throws -> String? {
        let id = try await Facts.communityID(in: storage)
        let advice = """
            Nothing was cleaned up. Check whether the configured database and photos belong together.
            """
        let remedy = """
            \(advice) If they do, for example after restoring an older backup, run “isntgram media adopt”.
            """
        switch verdict {
        case .own: return nil
        case .shared:
            let others = try await media.otherCommunities().filter { $0 != id }.map { ".community-\($0)" }
            return """
                Other communities store photos at the same location, so nothing was cleaned up. \
                Give each community its own location. After their photos are gone, \
                remove \(others.joined(separator: ", ")).
                """
        case .foreign:
            return """
                The photos are marked as another community’s. \(advice) If they do, remove the file \
                .community there and run “isntgram media adopt”.
                """
        case .unmarked: return "There are photos that the database does not know. \(remedy)"
        case .missing:
            return """
                The photos of this database are missing. Perhaps a volume is not mounted. \
                No photos are accepted until they are back. \(remedy)
                """
        }
    }

    /// Compares the marker and the photos with the records. If there is no marker and the location belongs to
    /// this community, that is, it contains photos that the records name and no others, sets the marker.
    func verdict() async throws -> Verdict {
        let id = try await Facts.communityID(in: storage)
        let verdict = try await verdict(id)
        photos.lastOwnership.set(verdict)
        // The other community must know that stray photos here may belong to this one.
        if verdict.isOthers, try await storage.read(PhotoRecords.exist) {
            try await media.addOtherCommunity(id)
        }
        return verdict
    }

    private func verdict(_ id: String) async throws -> Verdict {
        switch try await media.marker() {
        case .some(let marker):
            guard marker == id else { return .foreign }
            // The marker alone is not enough: the folder below the mount point of an unmounted volume may
            // have been marked before there was a volume.
            let sample = try await sample(sinceAdoption: true)
            guard try await filesExist(sample, atLeast: min(1, sample.count)) else { return .missing }
        case nil:
            let sample = try await sample(sinceAdoption: false)
            guard try await filesExist(sample, atLeast: (sample.count + 1) / 2) else { return .missing }
            // Even a single photo without a record may belong to another community.
            guard try await !strays.exist() else { return .unmarked }
            // If two communities set the marker at the same time, only one of them succeeds.
            try await media.writeMarker(id)
            guard try await media.marker() == id else { return .foreign }
        }
        return try await media.otherCommunities().allSatisfy { $0 == id } ? .own : .shared
    }

    /// Declares that the location belongs to this community, whatever it contains.
    /// - Throws: ``Problem`` of kind `conflict` if the marker is another community's.
    func adopt(at time: Int64) async throws {
        let id = try await Facts.communityID(in: storage)
        try await media.writeMarker(id)
        guard try await media.marker() == id else {
            throw Problem(
                .conflict,
                """
                The photos are marked as another community’s. If they are not, remove the file \
                .community there and run this command again.
                """)
        }
        try await storage.write { try Facts.set(Self.adoptedAt, to: String(time), in: $0) }
        photos.lastOwnership.set(try await verdict())
    }

    /// The newest photos that the records name, or profile pictures if there are no posted photos.
    private func sample(sinceAdoption: Bool) async throws -> [PhotoFiles] {
        try await storage.read { connection in
            let adoptedAt = try Facts.value(Self.adoptedAt, in: connection).flatMap { Int64($0) }
            guard sinceAdoption, let adoptedAt else {
                let newest = try PhotoRecords.newest(Self.sampleSize, after: 0, in: connection)
                return try newest.isEmpty
                    ? PhotoRecords.profilePictures(Self.sampleSize, in: connection) : newest
            }
            return try PhotoRecords.newest(
                Self.sampleSize, after: IDSequence.first(at: adoptedAt + 1), in: connection)
        }
    }

    /// Whether at least `count` of some photos have their files. Stops as soon as the result is known.
    private func filesExist(_ sample: [PhotoFiles], atLeast count: Int) async throws -> Bool {
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

/// The last known ownership of the photo location, in this process.
final class LastMediaOwnership: Sendable {
    /// A lock, because every upload reads it.
    private let lastVerdict = Mutex<MediaOwnership.Verdict?>(nil)

    func set(_ new: MediaOwnership.Verdict) { lastVerdict.withLock { $0 = new } }

    /// Nil if the location was not checked yet.
    var verdict: MediaOwnership.Verdict? { lastVerdict.withLock { $0 } }
}

extension Photos {
    private var ownership: MediaOwnership { MediaOwnership(storage: storage, media: media, photos: self) }

    /// Checks the photo location before a photo is stored. If the location belongs to another community,
    /// notes there that this community stores photos too.
    /// - Throws: ``Problem`` of kind `unavailable` if the photos of this community are not at the location.
    ///   New photos would be lost when the right location is back.
    func checkPhotoLocation() async throws {
        let id = try await Facts.communityID(in: storage)
        // The marker is read each time, because it may have been removed or replaced since the last check.
        if lastOwnership.verdict?.allowsRemoval == true, try await media.marker() == id { return }
        let verdict = try await ownership.verdict()
        if verdict == .missing, let refusal = try await ownership.refusal(verdict) {
            logger.error("\(refusal)")
            throw Problem(
                .unavailable(retryAfter: 60),
                """
                No photos can be uploaded now, because the photo storage of this site is not available. \
                Please tell the administrator.
                """)
        }
        if verdict.isOthers { try await media.addOtherCommunity(id) }
    }

    func ownershipVerdict() async throws -> MediaOwnership.Verdict { try await ownership.verdict() }

    /// Checks the photo location before files are removed or moved.
    /// - Throws: a temporary ``MediaError`` if the photos of this community are not at the location, for
    ///   example because a volume is not mounted or a setting is wrong.
    func requireOwnLocation() async throws {
        let verdict = try await ownership.verdict()
        guard !verdict.allowsRemoval, let refusal = try await ownership.refusal(verdict) else { return }
        throw MediaError(refusal, isTransient: true)
    }
}
