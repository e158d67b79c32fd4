import MediaStorage
import Storage

/// Removes what was set aside for direct uploads that are over.
struct DiscardUploads: Job {
    static let kind = "discard-uploads"
    static let lane = JobLane.media

    let names: [String]

    func run(with tools: JobTools) async throws {
        try await tools.media.discard(names.compactMap { UploadName($0) })
    }
}

/// Removes what was set aside and no offer names: the record may be in a newer database that is restored meanwhile, or
/// in another community's.
struct DiscardUnknownUpload: Job {
    static let kind = "discard-unknown-upload"
    static let lane = JobLane.media

    let name: String

    func run(with tools: JobTools) async throws {
        guard let name = UploadName(name),
            try await tools.storage.read({ try DirectUploadRecords.find(name, in: $0) }) == nil,
            // Elsewhere the next maintenance that may clean up keeps another job for it.
            try await tools.photos.placeVerdict() == .own
        else { return }
        try await tools.media.discard([name])
    }
}

extension Photos {
    /// Keeps the job that discards what came for these offers. It waits until the last of them is over, as S3
    /// takes what is brought until then; a minute more, for clocks that differ.
    func discard(_ uploads: [DirectUploadRecords.Record], in connection: any Connection) throws {
        guard let last = uploads.map(\.createdAt).max() else { return }
        let end = last + DirectUploads.offerLifetime + 60 * 1000
        try jobs.enqueue(DiscardUploads(names: uploads.map(\.name.description)), at: end, in: connection)
    }
}
