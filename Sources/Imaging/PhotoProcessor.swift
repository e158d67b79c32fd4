import Dispatch
import Foundation
import Synchronization

/// Renders uploaded photos, each in a child process, so that a malicious file cannot harm the server.
///
/// If a child crashes, runs out of memory or hangs, only its photo is affected.
package struct PhotoProcessor: Sendable {
    /// The limits of a photo.
    package let limits: PhotoLimits
    private let process: RenderProcess
    private let queue: RenderQueue

    /// - Parameters:
    ///   - executable: The path of the program to start, usually this program.
    ///   - arguments: The first arguments. They must make the program call ``RenderWorker/main(arguments:)``
    ///     with the arguments that follow.
    ///   - limits: The limits of a photo.
    ///   - concurrent: The number of photos rendered at once. Each may use a core and the memory of `limits`.
    ///   - posts: The maximum number of posts in the queue, including those being rendered.
    ///   - maxPostsPerAccount: The maximum number of posts of one account. Single photos count as one
    ///     post each.
    ///   - environment: The additional environment of the child, which inherits nothing.
    package init(
        executable: String, arguments: [String], limits: PhotoLimits = PhotoLimits(),
        concurrent: Int = ProcessInfo.processInfo.activeProcessorCount, posts: Int = 100,
        maxPostsPerAccount: Int = 10,
        environment: [String: String] = [:]
    ) {
        self.limits = limits
        process = RenderProcess(
            executable: executable, arguments: arguments, limits: limits, environment: environment)
        queue = RenderQueue(slots: concurrent, maxPosts: posts, maxPostsPerAccount: maxPostsPerAccount)
    }

    /// The number of photos that wait to be rendered.
    package var waitingCount: Int { queue.waitingCount }

    /// Starts a process that confines itself, and returns how rendering processes are confined on this
    /// machine.
    /// - Throws: ``RenderFailure`` if processes cannot be confined, so that no photo can be read.
    package func confinement() async throws -> Confinement { try await process.confinement() }

    /// Reserves a place in the queue for a post, which counts once however many photos it has.
    ///
    /// The place is released as soon as all photos are rendered, or when the body returns.
    /// - Parameters:
    ///   - account: The author of the post. Accounts take turns.
    ///   - photos: The number of photos to render.
    ///   - body: Renders the photos with ``Place/process(_:into:as:)``.
    /// - Throws: ``ImagingError/busy`` or ``ImagingError/tooManyWaiting``, and what the body throws.
    package func withPlace<Result>(
        for account: Int64, photos: Int, _ body: (Place) async throws -> Result
    ) async throws -> Result {
        try queue.enter(account)
        let place = Place(processor: self, account: account, photos: photos)
        defer { place.leave() }
        return try await body(place)
    }

    /// Renders a single photo, which counts as a post.
    package func process(
        _ file: String, into folder: String, as shape: PhotoShape = .whole, for account: Int64 = 0
    ) async throws -> RenderedPhoto {
        try await withPlace(for: account, photos: 1) { try await $0.process(file, into: folder, as: shape) }
    }

    /// The reserved place of a post in the queue.
    package final class Place: Sendable {
        private let processor: PhotoProcessor
        private let account: Int64
        /// The number of photos that are not rendered yet. A lock guards it because photos are rendered
        /// concurrently.
        private let remaining: Mutex<Int>

        fileprivate init(processor: PhotoProcessor, account: Int64, photos: Int) {
            self.processor = processor
            self.account = account
            remaining = Mutex(photos)
        }

        /// Renders the photo at `file` into an existing folder.
        ///
        /// After an error or a cancellation, the child has ended and the folder is unchanged.
        /// - Parameters:
        ///   - file: The path of the upload, which is not changed.
        ///   - folder: The output folder.
        ///   - shape: Whether to render the whole photo or squares.
        /// - Returns: The rendered files.
        /// - Throws: ``ImagingError`` if the photo is rejected or cannot be rendered now, ``RenderFailure``
        ///   if the server fails, `CancellationError`.
        package func process(
            _ file: String, into folder: String, as shape: PhotoShape = .whole
        ) async throws -> RenderedPhoto {
            defer { release(1) }
            return try await processor.queue.withSlot(for: account) {
                try await processor.render(file, into: folder, as: shape)
            }
        }

        /// Releases the place, even if some photos were not rendered.
        fileprivate func leave() { release(.max) }

        private func release(_ count: Int) {
            let isLast = remaining.withLock { remaining in
                let previous = remaining
                remaining = max(0, remaining - count)
                return previous > 0 && remaining == 0
            }
            if isLast { processor.queue.leave(account) }
        }
    }

    private func render(_ file: String, into folder: String, as shape: PhotoShape) async throws
        -> RenderedPhoto
    {
        // The child writes to this folder. Its files are moved to `folder` after they are verified.
        let staging = "\(folder)/.render-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try await Self.onDiskThread { try Self.createFolder(staging) }
        do {
            let photo = try await process.render(file, into: staging, as: shape)
            try await Self.onDiskThread { [limits] in
                try photo.verify(in: staging, as: shape, within: limits)
                try Self.move(photo, from: staging, to: folder)
            }
            return photo
        } catch {
            await Self.onDiskThread { try? FileManager.default.removeItem(atPath: staging) }
            throw error
        }
    }

    // MARK: - Files

    /// Runs blocking work on a thread of the global dispatch queue. There are never more such threads than
    /// photos rendered at once.
    private static func onDiskThread<Result: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Swift.Result(catching: work)) }
        }
        return try result.get()
    }

    private static func createFolder(_ folder: String) throws(RenderFailure) {
        guard mkdir(folder, 0o700) == 0 else {
            throw RenderFailure(
                "cannot create a folder for renditions: \(String(cString: strerror(errno)))")
        }
    }

    /// Moves the verified files to the output folder, under their final names. If one cannot be moved, it
    /// removes all of them.
    private static func move(_ photo: RenderedPhoto, from staging: String, to folder: String) throws {
        var moved: [String] = []
        do {
            for (index, file) in photo.files.enumerated() {
                let target = "\(folder)/\(file.fileName)"
                try FileManager.default.moveItem(
                    atPath: "\(staging)/\(RenderFiles.name(at: index))", toPath: target)
                moved.append(target)
            }
            try FileManager.default.removeItem(atPath: staging)
        } catch {
            for target in moved { try? FileManager.default.removeItem(atPath: target) }
            throw RenderFailure("cannot move renditions to their folder: \(error)")
        }
    }
}
