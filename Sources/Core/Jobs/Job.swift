import Foundation
import MediaStorage
import Storage

/// Work that must happen after a change. The transaction that makes the change stores the job in the
/// database; after the commit, the first instance that claims the job runs it.
///
/// A crash never loses a job, but a job may run twice. So a job must be idempotent: a second run after a
/// partial or complete first run must lead to the same result. To add a kind of job, write a type that
/// conforms to this protocol and add it to ``JobKinds/all``.
protocol Job: Codable, Sendable {
    /// The name in the database. It must not change after a release.
    static var kind: String { get }
    static var lane: JobLane { get }
    /// Seconds to wait after each failed attempt. The last value applies to all later attempts.
    static var retryDelays: [Int64] { get }

    /// Does the work. If it throws any error, the job runs again after a delay. A cancelled job runs again
    /// without a delay.
    func run(with tools: JobTools) async throws
}

/// A group of jobs with its own workers. Lanes do not wait for each other, so a slow S3 delays only the jobs
/// that need it.
enum JobLane: CaseIterable, Sendable {
    /// Jobs that need the media storage.
    case media
    /// Jobs that need only the database.
    case records

    /// How many jobs of this lane one instance runs at the same time.
    var concurrency: Int {
        switch self {
        case .media: 2
        case .records: 1
        }
    }
}

/// The dependencies of jobs.
struct JobTools: Sendable {
    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let clock: WallClock
}

/// The kinds of jobs that this version can run.
struct JobKinds: Sendable {
    static let all = JobKinds([
        RemovePhotoFiles.self, RotatePhotoFiles.self, DiscardUploads.self, DiscardUnknownUpload.self,
        PurgeDeletedText.self,
    ])

    private let types: [any Job.Type]

    init(_ types: [any Job.Type]) { self.types = types }

    /// The names of the Swift types, for tests.
    var typeNames: [String] { types.map { "\($0)" } }

    func names(in lanes: [JobLane]) -> [String] { types.filter { lanes.contains($0.lane) }.map { $0.kind } }

    /// Returns the retry delays of a kind, or the default ones if the kind is unknown.
    func retryDelays(of kind: String) -> [Int64] {
        types.first { $0.kind == kind }?.retryDelays ?? JobFailure.defaultRetryDelays
    }

    func decode(_ kind: String, _ payload: String) throws -> any Job {
        guard let type = types.first(where: { $0.kind == kind }) else {
            throw StorageError.other("unknown job kind \(kind)")
        }
        return try JSONDecoder().decode(type, from: Data(payload.utf8))
    }
}

extension Job {
    static var retryDelays: [Int64] { JobFailure.defaultRetryDelays }

    var payload: String {
        get throws {
            let encoder = JSONEncoder()
            // Equal jobs must encode to equal text, so that a waiting job need not be written again.
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
