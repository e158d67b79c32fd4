import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A media storage in a folder on disk.
///
/// The files of a photo are written to a staging folder and synced. Then the staging folder is renamed to its
/// final path, so that a crash leaves either all files or none. All work runs on threads for blocking work.
package struct MediaFolder: MediaStorage {
    let root: String
    let threads: NIOThreadPool

    /// Opens the folder, creates it if it is missing, and removes staged files that a crash left behind.
    /// - Parameter keepsStagedFiles: Whether another process may use the folder, so that staged files are
    ///   not removed.
    package init(_ root: String, keepsStagedFiles: Bool = false, threads: NIOThreadPool = .singleton) throws {
        self.root = root
        self.threads = threads
        try Files.makeFolder(root)
        if !keepsStagedFiles { try Files.remove(staging) }
        try Files.makeFolder(staging)
        try Files.makeFolder(uploadsFolder)
    }

    var staging: String { root + "/.incoming" }
    private var uploadsFolder: String { root + "/.aside" }

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        try await threads.runIfActive { [self] in
            try writeAtomically(prefix) { staged in
                for file in files {
                    try Files.sync(file.path)
                    try Files.move(file.path, to: "\(staged)/\(file.name)")
                }
            }
        }
    }

    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        try await threads.runIfActive { [self] in
            let existing = try names.filter { try Files.exists("\(root)/\(prefix)/\($0)") }
            guard !existing.isEmpty else { return false }
            try writeAtomically(other) { staged in
                for name in existing {
                    try Files.link("\(root)/\(prefix)/\(name)", at: "\(staged)/\(name)")
                }
            }
            return true
        }
    }

    /// Calls `fill` to write files to a staging folder, then renames the folder to its final path.
    private func writeAtomically(_ prefix: MediaPrefix, _ fill: (_ staged: String) throws -> Void) throws {
        let staged = "\(staging)/\(prefix.digits)"
        do {
            try Files.makeFolder(staged)
            try fill(staged)
            try Files.sync(staged)
            let parent = "\(root)/\(prefix.folder)"
            if try Files.makeFolder(parent) { try Files.sync(root) }
            try Files.move(staged, to: "\(root)/\(prefix)")
            try Files.sync(parent)
        } catch {
            try? Files.remove(staged)
            throw error
        }
    }

    package func byteCount(of key: MediaKey) async throws -> Int64? {
        try await threads.runIfActive { [self] in Files.byteCount(path(of: key)) }
    }

    package func read(
        _ key: MediaKey, _ range: Range<Int64>
    ) async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable {
        let path = path(of: key)
        let file = try await threads.runIfActive { try OpenFile(path) }
        return FileChunks(file: file, range: range, threads: threads)
    }

    package func delete(_ prefixes: [MediaPrefix]) async throws {
        try await threads.runIfActive { [self] in
            // The two-digit folder is not removed, because another photo may be moved into it at this moment.
            for prefix in prefixes { try Files.remove("\(root)/\(prefix)") }
        }
    }

    package func delete(_ keys: [MediaKey]) async throws {
        try await threads.runIfActive { [self] in
            for key in keys { try Files.remove(path(of: key)) }
            // rmdir removes only empty folders.
            for prefix in Set(keys.map(\.prefix)) { rmdir("\(root)/\(prefix)") }
        }
    }

    package func folders() async throws -> [String] {
        try await threads.runIfActive { [self] in
            let names = Set(try Files.names(in: root))
            return MediaPrefix.folders.filter { names.contains($0) }
        }
    }

    package func prefixes(in folder: String) async throws -> [MediaPrefix] {
        try await threads.runIfActive { [self] in
            guard access("\(root)/\(folder)", F_OK) == 0 else { return [] }
            return try Files.names(in: "\(root)/\(folder)").compactMap { MediaPrefix("\(folder)/\($0)") }
        }
    }

    package func files(in folder: String) async throws -> [MediaPrefix: [String: Int64]] {
        let prefixes = try await prefixes(in: folder)
        return try await threads.runIfActive { [self] in
            var found: [MediaPrefix: [String: Int64]] = [:]
            for prefix in prefixes {
                for name in try Files.names(in: "\(root)/\(prefix)") {
                    if let count = Files.byteCount("\(root)/\(prefix)/\(name)") {
                        found[prefix, default: [:]][name] = count
                    }
                }
            }
            return found
        }
    }

    package func check() async throws {
        try await threads.runIfActive { [self] in
            guard access(staging, W_OK) == 0 else { throw MediaError("Cannot write to \(staging).") }
        }
    }

    package func storeUpload(_ path: String, as name: UploadName) async throws {
        try await threads.runIfActive { [self] in
            // The file goes through the staging folder: from another file system it is copied, and an
            // incomplete copy is removed after a crash. The random name allows two concurrent uploads of the
            // same name.
            let staged = "\(staging)/\(UploadName.random())"
            try Files.sync(path)
            try Files.move(path, to: staged)
            try Files.move(staged, to: "\(uploadsFolder)/\(name)")
            try Files.sync(uploadsFolder)
        }
    }

    package func fetchUpload(_ name: UploadName, to path: String, maxSize: Int64) async throws -> Bool {
        let source = "\(uploadsFolder)/\(name)"
        guard let size = try await threads.runIfActive({ Files.byteCount(source) }) else { return false }
        guard size <= maxSize else { throw MediaError("The upload is larger than \(maxSize) bytes.") }
        let (file, copy) = try await threads.runIfActive { (try OpenFile(source), try NewFile(path)) }
        for try await chunk in FileChunks(file: file, range: 0..<size, threads: threads) {
            try await threads.runIfActive { try copy.write(chunk) }
        }
        return true
    }

    package func discardUploads(_ names: [UploadName]) async throws {
        try await threads.runIfActive { [self] in
            for name in names { try Files.remove("\(uploadsFolder)/\(name)") }
        }
    }

    package func uploads() async throws -> [UploadName] {
        try await threads.runIfActive { [self] in
            try Files.names(in: uploadsFolder).compactMap { UploadName($0) }
        }
    }

    private func path(of key: MediaKey) -> String { "\(root)/\(key)" }
}
