import Dispatch
import Foundation
import Synchronization

/// Renders uploaded photos, each in a child process, so that no file can harm the server.
///
/// A child may crash, run out of memory or hang: that photo is refused, and nothing else happens.
package struct PhotoProcessor: Sendable {
    /// What a photo may cost.
    package let limits: PhotoLimits
    private let process: RenderProcess
    private let queue: RenderQueue

    /// - Parameters:
    ///   - executable: Path of the program to start, usually this very one.
    ///   - arguments: What makes it call ``RenderWorker/main(arguments:)`` with the arguments that follow.
    ///   - limits: What a photo may cost.
    ///   - concurrent: Photos rendered at once: each may take a core and the memory of `limits`.
    ///   - posts: Posts whose photos are rendered or wait for it, at once.
    ///   - postsOfOne: Those of one account. Who uploads ten photos one by one brings as many.
    ///   - environment: What the child finds in its environment, which inherits nothing.
    package init(
        executable: String, arguments: [String], limits: PhotoLimits = PhotoLimits(),
        concurrent: Int = ProcessInfo.processInfo.activeProcessorCount, posts: Int = 100,
        postsOfOne: Int = 10,
        environment: [String: String] = [:]
    ) {
        self.limits = limits
        process = RenderProcess(
            executable: executable, arguments: arguments, limits: limits, environment: environment)
        queue = RenderQueue(slots: concurrent, posts: posts, postsOfOne: postsOfOne)
    }

    /// Photos waiting for their turn now.
    package var waiting: Int { queue.waiting }

    /// What confines the processes that read photos here, by having one confine itself.
    /// - Throws: ``RenderFailure`` where none can be confined, so that no photo can be read.
    package func confinement() async throws -> Confinement { try await process.confinement() }

    /// Has a post wait for its turn once, however many photos it has.
    ///
    /// Its place is free for another post as soon as all its photos are rendered.
    /// - Parameters:
    ///   - account: Whose post it is: accounts take turns.
    ///   - photos: How many photos will be rendered.
    ///   - body: Renders the photos by ``Place/process(_:into:as:)``.
    /// - Throws: ``ImagingError/busy`` or ``ImagingError/tooManyWaiting``, and what the body throws.
    package func withPlace<Result>(
        for account: Int64, photos: Int, _ body: (Place) async throws -> Result
    ) async throws -> Result {
        try queue.enter(account)
        let place = Place(processor: self, account: account, photos: photos)
        defer { place.leave() }
        return try await body(place)
    }

    /// Renders one photo that is a post by itself.
    package func process(
        _ file: String, into folder: String, as shape: PhotoShape = .whole, for account: Int64 = 0
    ) async throws -> RenderedPhoto {
        try await withPlace(for: account, photos: 1) { try await $0.process(file, into: folder, as: shape) }
    }

    /// The place of one post among those that wait.
    package final class Place: Sendable {
        private let processor: PhotoProcessor
        private let account: Int64
        /// Photos to render yet; a lock, because they are rendered side by side.
        private let left: Mutex<Int>

        fileprivate init(processor: PhotoProcessor, account: Int64, photos: Int) {
            self.processor = processor
            self.account = account
            left = Mutex(photos)
        }

        /// Renders the photo at `file` into a folder that exists; the files are named in the result.
        ///
        /// Whatever fails, and when the task is cancelled, the child has ended and the folder is as it was.
        /// - Parameters:
        ///   - file: Path of the upload, which stays as it is.
        ///   - folder: Where the renditions go.
        ///   - shape: Whether the photo is kept whole or as squares.
        /// - Returns: What the files are.
        /// - Throws: ``ImagingError`` where the photo is refused, ``RenderFailure`` where the server failed,
        ///   `CancellationError`.
        package func process(
            _ file: String, into folder: String, as shape: PhotoShape = .whole
        ) async throws -> RenderedPhoto {
            defer { count(-1) }
            return try await processor.queue.withSlot(for: account) {
                try await processor.render(file, into: folder, as: shape)
            }
        }

        fileprivate func leave() { count(-Int.max) }

        private func count(_ change: Int) {
            let isLast = left.withLock { left in
                let was = left
                left = max(0, left + change)
                return was > 0 && left == 0
            }
            if isLast { processor.queue.leave(account) }
        }
    }

    private func render(_ file: String, into folder: String, as shape: PhotoShape) async throws
        -> RenderedPhoto
    {
        // The child writes here; its files move up only when all is well.
        let workshop = "\(folder)/.render-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try await Self.onDiskThread { try Self.make(folder: workshop) }
        do {
            let photo = try await process.render(file, into: workshop, as: shape)
            try await Self.onDiskThread { [limits] in
                try photo.verify(in: workshop, as: shape, within: limits)
                try Self.move(photo, from: workshop, to: folder)
            }
            return photo
        } catch {
            await Self.onDiskThread { try? FileManager.default.removeItem(atPath: workshop) }
            throw error
        }
    }

    // MARK: - Files

    /// Runs blocking work on a thread for such; there are never more of them than photos rendered at once.
    private static func onDiskThread<Result: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Swift.Result(catching: work)) }
        }
        return try result.get()
    }

    private static func make(folder: String) throws(RenderFailure) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        } catch {
            throw RenderFailure("cannot make a folder for renditions: \(error)")
        }
    }

    /// Moves the files up, each to its name, once they are known to be what the reply says; leaves none where
    /// one is not.
    private static func move(_ photo: RenderedPhoto, from workshop: String, to folder: String) throws {
        var moved: [String] = []
        do {
            for (place, file) in photo.files.enumerated() {
                let target = "\(folder)/\(file.fileName)"
                try FileManager.default.moveItem(
                    atPath: "\(workshop)/\(RenderFiles.name(place))", toPath: target)
                moved.append(target)
            }
            try FileManager.default.removeItem(atPath: workshop)
        } catch {
            for target in moved { try? FileManager.default.removeItem(atPath: target) }
            throw RenderFailure("cannot move renditions to their folder: \(error)")
        }
    }
}
