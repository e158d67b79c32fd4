import Foundation
import NIOCore
import NIOPosix

/// Copies all photos from one media storage to another, of any kind.
///
/// Photos that the target already has stay. Photos of the target that the source no longer has are moved
/// aside, if both storages belong to the same community and the number of photos is small. Files never change
/// under their names, so two photos are equal if their file names and sizes are equal. An interrupted copy
/// therefore continues when it is run again. The source may be in use. Photos that are added during a copy
/// are copied by the next run.
package struct MediaCopy: Sendable {
    let source: any MediaStorage
    let target: any MediaStorage
    /// A temporary folder for files in transit, removed at the end.
    let folder: String
    private let threads = NIOThreadPool.singleton
    /// The number of photos copied at once.
    private static let concurrency = 8

    package init(from source: any MediaStorage, to target: any MediaStorage, through folder: String) {
        self.source = source
        self.target = target
        self.folder = folder
    }

    package struct Report: Sendable, Equatable {
        package var photos = 0
        package var files = 0
        package var bytes: Int64 = 0
        /// Photos that were missing or incomplete at the target.
        package var copied = 0
        /// Photos that were deleted or got a new prefix at the source before they could be read.
        package var deletedDuringCopy = 0
        /// Photos of the target that the source no longer has.
        package var movedAside = 0
        /// Such photos that were not moved, because there are too many or because they may belong to another
        /// community.
        package var leftInPlace = 0
    }

    /// The progress of a copy in photos.
    package struct Progress: Sendable {
        package let done: Int
        package let total: Int
    }

    /// Runs the copy. The target gets the marker of the source, because its photos belong to the same
    /// community.
    /// - Throws: ``MediaError`` if the target belongs to another community or may belong to one, or if a
    ///   photo is incomplete at the end.
    package func run(report: @escaping @Sendable (Progress) -> Void = { _ in }) async throws -> Report {
        _ = try await owners()
        _ = try await threads.runIfActive { try Files.makeFolder(folder) }
        do {
            let result = try await copyAll(report)
            try await removeFolder()
            return result
        } catch {
            try? await removeFolder()
            throw error
        }
    }

    private func removeFolder() async throws {
        let folder = folder
        try await threads.runIfActive { try Files.remove(folder) }
    }

    /// A photo that is missing or incomplete at the target.
    private struct PendingPhoto: Sendable {
        let prefix: MediaPrefix
        let files: [String: Int64]
        let isIncompleteAtTarget: Bool
    }

    private func copyAll(_ report: @escaping @Sendable (Progress) -> Void) async throws -> Report {
        var result = Report()
        var pending: [PendingPhoto] = []
        var unknown: [MediaPrefix] = []
        var targetCount = 0
        for folder in MediaPrefix.folders {
            let targetFiles = try await target.files(in: folder)
            let sourceFiles = try await source.files(in: folder)
            targetCount += targetFiles.count
            unknown += targetFiles.keys.filter { sourceFiles[$0] == nil }
            for (prefix, files) in sourceFiles {
                result.photos += 1
                result.files += files.count
                result.bytes += files.values.reduce(0, +)
                if targetFiles[prefix] != files {
                    pending.append(
                        PendingPhoto(
                            prefix: prefix, files: files,
                            isIncompleteAtTarget: targetFiles[prefix] != nil))
                }
            }
        }
        try await markTarget(unknownCount: unknown.count)
        let skipped = try await copy(pending, of: result.photos, report)
        result.deletedDuringCopy = skipped.count
        result.copied = pending.count - skipped.count
        try await verify(pending.filter { !skipped.contains($0.prefix) })
        if try await mayMoveAside(unknown.count, of: targetCount), result.photos > 0 {
            try await target.moveAside(unknown, at: Int64(Date().timeIntervalSince1970 * 1000))
            result.movedAside = unknown.count
        } else {
            result.leftInPlace = unknown.count
        }
        try await copyUploads()
        return result
    }

    /// Copies photos concurrently. Returns those that the source no longer has.
    private func copy(
        _ pending: [PendingPhoto], of total: Int, _ report: @escaping @Sendable (Progress) -> Void
    ) async throws -> Set<MediaPrefix> {
        var done = total - pending.count
        var skipped: Set<MediaPrefix> = []
        report(Progress(done: done, total: total))
        func advance(_ deleted: MediaPrefix?) {
            if let deleted { skipped.insert(deleted) }
            done += 1
            report(Progress(done: done, total: total))
        }
        try await withThrowingTaskGroup(of: MediaPrefix?.self) { group in
            for (index, photo) in pending.enumerated() {
                if index >= Self.concurrency, let deleted = try await group.next() { advance(deleted) }
                group.addTask { try await copyUnlessDeleted(photo) ? nil : photo.prefix }
            }
            while let deleted = try await group.next() { advance(deleted) }
        }
        return skipped
    }

    private func copyUploads() async throws {
        for name in try await source.uploads() {
            let path = "\(folder)/\(name)"
            do {
                guard try await source.fetchUpload(name, to: path, maxSize: .max) else { continue }
            } catch {
                // Ignore the error if the upload was posted or discarded in the meantime.
                guard try await source.uploads().contains(name) else { continue }
                throw error
            }
            try await target.storeUpload(path, as: name)
        }
    }

    /// Checks that all copied photos are complete at the target.
    private func verify(_ copied: [PendingPhoto]) async throws {
        for (folder, photos) in Dictionary(grouping: copied, by: \.prefix.folder) {
            let files = try await target.files(in: folder)
            if let incomplete = photos.first(where: { files[$0.prefix] != $0.files }) {
                throw MediaError("\(incomplete.prefix) was not copied completely. Run this again.")
            }
        }
    }

    /// Copies a photo. Returns false if the source no longer has all its files, because it was deleted or got
    /// a new prefix.
    private func copyUnlessDeleted(_ photo: PendingPhoto) async throws -> Bool {
        do {
            try await copy(photo)
            return true
        } catch {
            for name in photo.files.keys {
                guard let key = MediaKey(prefix: photo.prefix.description, name: name) else { throw error }
                if try await source.byteCount(of: key) == nil { return false }
            }
            throw error
        }
    }

    private func copy(_ photo: PendingPhoto) async throws {
        let (prefix, files) = (photo.prefix, photo.files)
        let photoFolder = "\(folder)/\(prefix.digits)"
        _ = try await threads.runIfActive { try Files.makeFolder(photoFolder) }
        for (name, count) in files {
            guard let key = MediaKey(prefix: prefix.description, name: name) else {
                throw MediaError("\(prefix)/\(name) is not a valid name of a photo file.")
            }
            let file = try await threads.runIfActive { try NewFile("\(photoFolder)/\(name)") }
            guard count > 0 else { continue }
            for try await chunk in try await source.read(key, 0..<count) {
                try await threads.runIfActive { try file.write(chunk) }
            }
        }
        if photo.isIncompleteAtTarget { try await target.delete([prefix]) }
        try await target.put(
            files.keys.map { MediaFile(path: "\(photoFolder)/\($0)", name: $0) }, under: prefix)
    }
}
