import MediaStorage
import NIOPosix

/// Where uploads lie until their photos are kept. What a crash leaves in it goes at the next start.
package struct UploadFolder: Sendable {
    package let path: String
    package let threads: NIOThreadPool
    /// How much of the disk the uploads in it take.
    package let space: UploadSpace

    /// Makes the folder, empty.
    package init(
        _ path: String, limits: UploadLimits = UploadLimits(), threads: NIOThreadPool = .singleton
    ) throws {
        self.path = path
        self.threads = threads
        space = UploadSpace(limits: limits)
        try Files.remove(path)
        try Files.makeFolder(path)
    }

    /// A path in it that nothing has yet.
    package func newPath() -> String { "\(path)/\(String(UInt128.random(in: .min ... .max), radix: 36))" }

    /// Makes a folder for `work`, and removes it with all in it afterwards.
    func withFolder<Result: Sendable>(_ work: (String) async throws -> Result) async throws -> Result {
        let folder = newPath()
        _ = try await threads.runIfActive { try Files.makeFolder(folder) }
        do {
            let result = try await work(folder)
            await remove([folder])
            return result
        } catch {
            await remove([folder])
            throw error
        }
    }

    /// Removes files or folders; one that cannot be removed now goes at the next start.
    package func remove(_ paths: [String]) async {
        // The request may be cancelled, which is no reason to leave its files: `runIfActive` would not even
        // begin.
        await withCheckedContinuation { done in
            threads.submit { _ in
                for path in paths { try? Files.remove(path) }
                done.resume()
            }
        }
    }
}
