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

extension Photos {
    /// Keeps the job that discards what came for these offers. It waits until the last of them is over, as S3
    /// takes what is brought until then; a minute more, for clocks that differ.
    func discard(_ uploads: [DirectUploadRecords.Record], in connection: any Connection) throws {
        guard let last = uploads.map(\.createdAt).max() else { return }
        let end = last + DirectUploads.offerLifetime + 60 * 1000
        try jobs.enqueue(DiscardUploads(names: uploads.map(\.name.description)), at: end, in: connection)
    }
}
