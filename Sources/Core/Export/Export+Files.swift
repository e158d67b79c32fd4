import MediaStorage
import NIOCore
import Storage

extension Export {
    /// A photo's file in its widest rendition, opened.
    package struct File: Sendable {
        package let byteCount: Int64
        package let pieces: any AsyncSequence<ByteBuffer, any Error> & Sendable
    }

    /// How often a photo's address is looked up: it may get a new one while an export is on its way.
    private static let looks = 5

    /// Opens a photo's file, under the address that the photo has now; nil where it is gone.
    package func open(_ photo: Photo) async throws -> File? {
        var current: Photo? = photo
        for _ in 0..<Self.looks {
            guard let photo = current, let widest = photo.renditions.first,
                let key = MediaKey(prefix: photo.files, name: "\(widest.width).\(photo.fileType)")
            else { return nil }
            if let file = try await open(key) { return file }
            current = try await storage.read { try PhotoRecords.find(photo.id, in: $0) }
            // The same address again: the file is lost.
            if current?.files == photo.files { return nil }
        }
        return nil
    }

    private func open(_ key: MediaKey) async throws -> File? {
        guard let count = try await media.byteCount(of: key) else { return nil }
        do {
            return File(byteCount: count, pieces: try await media.read(key, 0..<count))
        } catch {
            // Between the two it may have been removed.
            guard try await media.byteCount(of: key) == nil else { throw error }
            return nil
        }
    }
}
