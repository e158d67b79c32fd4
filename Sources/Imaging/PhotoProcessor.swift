import Foundation
import Subprocess
import SystemPackage

/// Makes photos ready, each in a child process of its own with bounded memory and time: a photo that makes a decoder
/// crash or swell ends that process and is refused, and the server goes on.
package struct PhotoProcessor: Sendable {
    private let program: String
    private let limits: PhotoLimits
    private let turns: Turns

    /// - Parameters:
    ///   - program: the executable to start for a photo: this program itself.
    ///   - atOnce: how many photos are decoded at a time; it sets the peak of memory.
    ///   - waiting: how many more may wait for their turn.
    package init(
        program: String, limits: PhotoLimits = PhotoLimits(),
        atOnce: Int = ProcessInfo.processInfo.activeProcessorCount, waiting: Int = 64
    ) {
        self.program = program
        self.limits = limits
        turns = Turns(atOnce: atOnce, waiting: waiting)
    }

    /// Writes the renditions of `file` into `folder`.
    /// - Throws: ``ImagingError``, or `CancellationError` when the task was cancelled; the folder may then hold a
    ///   part of the files.
    package func process(_ file: String, into folder: String) async throws -> RenderedPhoto {
        try await turns.take {
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64 ?? 0
            guard size <= limits.bytes else { throw ImagingError.tooManyBytes(limit: limits.bytes) }
            return try await withDeadline { try await render(file, into: folder) }
        }
    }

    private func render(_ file: String, into folder: String) async throws -> RenderedPhoto {
        let limits = String(decoding: try JSONEncoder().encode(self.limits), as: UTF8.self)
        let result = try await run(
            .path(.init(program)), arguments: [RenderProcess.command, file, folder, limits],
            // Nothing of the server's environment: it may hold secrets.
            environment: .custom(["LANG": "C.UTF-8", "VIPS_WARNING": "0"]),
            input: .none, output: .string(limit: 64 * 1024), error: .discarded)
        guard result.terminationStatus.isSuccess,
            let answer = try? JSONDecoder().decode(RenderProcess.Answer.self, from: Data(result.standardOutput.utf8))
        else {
            try Task.checkCancellation()
            throw ImagingError.tooComplex
        }
        switch answer {
        case .photo(let photo): return photo
        case .refused(let error): throw error
        }
    }

    /// Ends the child when the time is over: cancelling its task kills it.
    private func withDeadline(
        _ work: @escaping @Sendable () async throws -> RenderedPhoto
    ) async throws -> RenderedPhoto {
        try await withThrowingTaskGroup(of: RenderedPhoto.self) { group in
            group.addTask(operation: work)
            group.addTask { [limits] in
                try await Task.sleep(for: .seconds(limits.seconds))
                throw ImagingError.tooComplex
            }
            defer { group.cancelAll() }
            guard let photo = try await group.next() else { throw ImagingError.tooComplex }
            return photo
        }
    }
}
