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
    private static let pieceSize: Int64 = 64 * 1024
    private let root: String
    private let threads: NIOThreadPool

    /// Opens the folder, makes it where it is missing, and clears what a crash left staged.
    package init(_ root: String, threads: NIOThreadPool = .singleton) throws {
        self.root = root
        self.threads = threads
        try Files.makeFolder(root)
        try Files.remove(staging)
        try Files.makeFolder(staging)
    }

    private var staging: String { root + "/.incoming" }

    package func put(_ files: [MediaFile], under prefix: MediaPrefix) async throws {
        try await threads.runIfActive { [self] in
            let aside = "\(staging)/\(prefix.description.split(separator: "/")[1])"
            do {
                try Files.makeFolder(aside)
                for file in files {
                    try Files.sync(file.path)
                    try Files.move(file.path, to: "\(aside)/\(file.name)")
                }
                try Files.sync(aside)
                let parent = "\(root)/\(prefix.description.prefix(2))"
                if try Files.makeFolder(parent) { try Files.sync(root) }
                try Files.move(aside, to: "\(root)/\(prefix)")
                try Files.sync(parent)
            } catch {
                try? Files.remove(aside)
                throw error
            }
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
        return Pieces(file: file, range: range, threads: threads)
    }

    package func delete(_ prefixes: [MediaPrefix]) async throws {
        try await threads.runIfActive { [self] in
            for prefix in prefixes {
                try Files.remove("\(root)/\(prefix)")
                // The folder of the first two digits goes with its last photo; it stays while others are in it.
                rmdir("\(root)/\(prefix.description.prefix(2))")
            }
        }
    }

    package func prefixes(in folder: String) async throws -> [MediaPrefix] {
        try await threads.runIfActive { [self] in
            guard access("\(root)/\(folder)", F_OK) == 0 else { return [] }
            return try Files.names(in: "\(root)/\(folder)").compactMap { MediaPrefix("\(folder)/\($0)") }
        }
    }

    package func check() async throws {
        try await threads.runIfActive { [self] in
            guard access(staging, W_OK) == 0 else { throw MediaError("\(staging) cannot be written to.") }
        }
    }

    private func path(of key: MediaKey) -> String { "\(root)/\(key)" }

    /// Reads a range piece by piece, only as fast as the reader asks.
    private struct Pieces: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        let file: OpenFile
        let range: Range<Int64>
        let threads: NIOThreadPool

        func makeAsyncIterator() -> Iterator {
            Iterator(file: file, position: range.lowerBound, end: range.upperBound, threads: threads)
        }

        struct Iterator: AsyncIteratorProtocol {
            let file: OpenFile
            var position: Int64
            let end: Int64
            let threads: NIOThreadPool

            mutating func next() async throws -> ByteBuffer? {
                guard position < end else { return nil }
                let start = position
                let count = Int(Swift.min(pieceSize, end - start))
                let piece = try await threads.runIfActive { [file] in try file.read(count, at: start) }
                position += Int64(piece.readableBytes)
                return piece
            }
        }
    }
}
