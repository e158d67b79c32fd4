import MediaStorage
import Storage

/// Removes the uploads of direct uploads that are finished or expired.
struct DiscardUploads: Job {
    static let kind = "discard-uploads"
    static let lane = JobLane.media

    let names: [String]

    func run(with tools: JobTools) async throws {
        try await tools.media.discardUploads(names.compactMap { UploadName($0) })
    }
}

/// Removes an upload without an offer. The job checks again first, because a newer backup with the offer may
/// have been restored in the meantime, or the upload may belong to another community.
struct DiscardUnknownUpload: Job {
    static let kind = "discard-unknown-upload"
    static let lane = JobLane.media

    let name: String

    func run(with tools: JobTools) async throws {
        guard let name = UploadName(name),
            try await tools.storage.read({ try DirectUploadRecords.find(name, in: $0) }) == nil,
            // Where the media storage belongs to another community, the upload stays. The next maintenance
            // run that may clean up enqueues another job for it.
            try await tools.photos.ownershipVerdict() == .own
        else { return }
        try await tools.media.discardUploads([name])
    }
}

extension Photos {
    /// Enqueues the job that removes the uploads of these offers. It runs one minute after the last of them
    /// expires: S3 accepts uploads until then, and clocks may differ.
    func discard(_ uploads: [DirectUploadRecords.Record], in connection: any Connection) throws {
        guard let last = uploads.map(\.createdAt).max() else { return }
        let end = last + DirectUploads.offerLifetime + 60 * 1000
        try jobs.enqueue(DiscardUploads(names: uploads.map(\.name.description)), at: end, in: connection)
    }
}
