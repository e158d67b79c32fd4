import MediaStorage
import NIOPosix

/// The folder for uploaded files until their photos are stored. Files that a crash leaves behind are removed
/// at the next start.
package struct UploadFolder: Sendable {
    package let path: String
    package let threads: NIOThreadPool
    /// How much disk space the uploads in the folder take.
    package let space: UploadSpace

    /// Creates the folder, and removes all files from an earlier run.
    package init(
        _ path: String, limits: UploadLimits = UploadLimits(), threads: NIOThreadPool = .singleton
    ) throws {
        self.path = path
        self.threads = threads
        space = UploadSpace(limits: limits)
        try Files.remove(path)
        try Files.makeFolder(path)
    }

    /// Returns a new, unused path in the folder.
    package func newPath() -> String { "\(path)/\(String(UInt128.random(in: .min ... .max), radix: 36))" }

    /// Creates a temporary folder for `work`, and removes it with its content afterwards.
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

    /// Removes files or folders. Those that cannot be removed now are removed at the next start.
    package func remove(_ paths: [String]) async {
        // Not `runIfActive`, which would do nothing in a cancelled task: the files of a cancelled request
        // must be removed too.
        await withCheckedContinuation { done in
            threads.submit { _ in
                for path in paths { try? Files.remove(path) }
                done.resume()
            }
        }
    }
}
