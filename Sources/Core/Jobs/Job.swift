import Foundation
import MediaStorage
import Storage

/// Something that must happen after a change: it is kept in the database in the transaction that causes it,
/// and run afterwards by whichever copy of the program takes it first.
///
/// A crash at any moment loses no job, and at worst runs one twice. So a job must be idempotent: run again
/// after it has run, in part or whole, it ends the same. A new kind is a type of this protocol and its name
/// in ``JobKinds/all``.
protocol Job: Codable, Sendable {
    /// The name in the database; never changed once it was released.
    static var kind: String { get }
    static var lane: JobLane { get }
    /// Seconds until the next attempt after one that failed; the last of them from then on.
    static var pauses: [Int64] { get }

    /// Does it. Whatever is thrown, it is run again after a pause. A cancelled job is run again without one.
    func run(with tools: JobTools) async throws
}

/// Jobs of one lane wait for each other, and not for those of another: a slow S3 holds up nothing but itself.
enum JobLane: CaseIterable, Sendable {
    /// Jobs that need the media storage.
    case media
    /// Jobs that need only the database.
    case records

    /// How many run at once in one copy of the program.
    var width: Int {
        switch self {
        case .media: 2
        case .records: 1
        }
    }
}

/// What jobs work with.
struct JobTools: Sendable {
    let storage: any Storage
    let media: any MediaStorage
    let photos: Photos
    let clock: WallClock
}

/// The kinds of jobs that are known.
struct JobKinds: Sendable {
    static let all = JobKinds([
        RemovePhotoFiles.self, RotatePhotoFiles.self, DiscardUploads.self, DiscardUnknownUpload.self,
        PurgeDeletedWords.self,
    ])

    private let types: [any Job.Type]

    init(_ types: [any Job.Type]) { self.types = types }

    func names(in lanes: [JobLane]) -> [String] { types.filter { lanes.contains($0.lane) }.map { $0.kind } }

    /// Those of a kind that is not known are the usual ones.
    func pauses(of kind: String) -> [Int64] { types.first { $0.kind == kind }?.pauses ?? JobFailure.pauses }

    func job(_ kind: String, _ payload: String) throws -> any Job {
        guard let type = types.first(where: { $0.kind == kind }) else {
            throw StorageError.other("there is no job of the kind \(kind)")
        }
        return try JSONDecoder().decode(type, from: Data(payload.utf8))
    }
}

extension Job {
    static var pauses: [Int64] { JobFailure.pauses }

    var payload: String {
        get throws {
            let encoder = JSONEncoder()
            // The same job is the same text, so that a waiting one need not be written again.
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
