import MediaStorage
import NIOCore
import Storage

extension Export {
    /// The opened file of the widest rendition of a photo.
    package struct File: Sendable {
        package let byteCount: Int64
        package let pieces: any AsyncSequence<ByteBuffer, any Error> & Sendable
    }

    /// The number of attempts to open a photo. Its files may get new keys during an export.
    private static let attempts = 5

    /// Opens the file of a photo under its current key. Returns nil if the photo was deleted or its file
    /// is lost.
    package func open(_ photo: Photo) async throws -> File? {
        var current: Photo? = photo
        for _ in 0..<Self.attempts {
            guard let photo = current, let widest = photo.renditions.first,
                let key = MediaKey(prefix: photo.files, name: "\(widest.width).\(photo.fileType)")
            else { return nil }
            if let file = try await open(key) { return file }
            current = try await storage.read { try PhotoRecords.find(photo.id, in: $0) }
            // The key is unchanged, so the file is lost.
            if current?.files == photo.files { return nil }
        }
        return nil
    }

    private func open(_ key: MediaKey) async throws -> File? {
        guard let count = try await media.byteCount(of: key) else { return nil }
        do {
            return File(byteCount: count, pieces: try await media.read(key, 0..<count))
        } catch {
            // The file may have been removed between the two calls.
            guard try await media.byteCount(of: key) == nil else { throw error }
            return nil
        }
    }
}
