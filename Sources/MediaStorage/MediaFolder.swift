import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Photo files in a folder on disk.
///
/// Files of a photo are staged in a folder aside, synced, and then the folder is renamed into place, so that a crash
/// at any moment leaves all of them or none. All of it runs on threads for blocking work.
package struct MediaFolder: MediaStorage {
    let root: String
    let threads: NIOThreadPool

    /// Opens the folder, makes it where it is missing, and clears what a crash left staged.
    /// - Parameter isForReading: whether another program may be at work in it, so that nothing is cleared.
    package init(_ root: String, isForReading: Bool = false, threads: NIOThreadPool = .singleton) throws {
        self.root = root
        self.threads = threads
        try Files.makeFolder(root)
        if !isForReading { try Files.remove(staging) }
        try Files.makeFolder(staging)
        try Files.makeFolder(aside)
    }

    var staging: String { root + "/.incoming" }
    private var aside: String { root + "/.aside" }

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        try await threads.runIfActive { [self] in
            try place(prefix) { staged in
                for file in files {
                    try Files.sync(file.path)
                    try Files.move(file.path, to: "\(staged)/\(file.name)")
                }
            }
        }
    }

    package func copy(_ names: [String], of prefix: MediaPrefix, to other: MediaPrefix) async throws -> Bool {
        try await threads.runIfActive { [self] in
            let found = try names.filter { try Files.isThere("\(root)/\(prefix)/\($0)") }
            guard !found.isEmpty else { return false }
            try place(other) { staged in
                for name in found { try Files.link("\(root)/\(prefix)/\(name)", at: "\(staged)/\(name)") }
            }
            return true
        }
    }

    /// Has `fill` put files into a staged folder, and the folder put into place: all of them are there, or none.
    private func place(_ prefix: MediaPrefix, _ fill: (_ staged: String) throws -> Void) throws {
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
        return FilePieces(file: file, range: range, threads: threads)
    }

    package func delete(_ prefixes: [MediaPrefix]) async throws {
        try await threads.runIfActive { [self] in
            // The folder of the first two digits stays: another photo may be on its way into it just now.
            for prefix in prefixes { try Files.remove("\(root)/\(prefix)") }
        }
    }

    package func delete(_ keys: [MediaKey]) async throws {
        try await threads.runIfActive { [self] in
            for key in keys { try Files.remove(path(of: key)) }
            // A folder that still holds something stays.
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
            guard access(staging, W_OK) == 0 else { throw MediaError("\(staging) cannot be written to.") }
        }
    }

    package func setAside(_ path: String, as name: UploadName) async throws {
        try await threads.runIfActive { [self] in
            // By way of the staging folder: from another file system it is copied, and what a crash leaves of that goes.
            // Under a name of its own, as the same upload may come twice at once.
            let staged = "\(staging)/\(UploadName.random())"
            try Files.sync(path)
            try Files.move(path, to: staged)
            try Files.move(staged, to: "\(aside)/\(name)")
            try Files.sync(aside)
        }
    }

    package func fetch(_ name: UploadName, to path: String, atMost limit: Int64) async throws -> Bool {
        let source = "\(aside)/\(name)"
        guard let size = try await threads.runIfActive({ Files.byteCount(source) }) else { return false }
        guard size <= limit else { throw MediaError("What was uploaded has more than \(limit) bytes.") }
        let (file, copy) = try await threads.runIfActive { (try OpenFile(source), try NewFile(path)) }
        for try await piece in FilePieces(file: file, range: 0..<size, threads: threads) {
            try await threads.runIfActive { try copy.write(piece) }
        }
        return true
    }

    package func discard(_ names: [UploadName]) async throws {
        try await threads.runIfActive { [self] in for name in names { try Files.remove("\(aside)/\(name)") } }
    }

    package func uploads() async throws -> [UploadName] {
        try await threads.runIfActive { [self] in try Files.names(in: aside).compactMap { UploadName($0) } }
    }

    private func path(of key: MediaKey) -> String { "\(root)/\(key)" }
}
