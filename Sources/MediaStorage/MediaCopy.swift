import Foundation
import NIOCore
import NIOPosix

/// Copies every photo from one media storage to another, of whichever kinds; what is there already stays, but for photos
/// that the source does not have any more: these are moved aside, where both places are one community's and they are few.
///
/// Files never change under their names, so that sameness is the same names and sizes: broken off, it goes on where it
/// was when it is run again. The source may be in use meanwhile; what came since goes with the next run.
package struct MediaCopy: Sendable {
    let source: any MediaStorage
    let target: any MediaStorage
    /// Where files lie between the two; removed at the end.
    let folder: String
    private let threads = NIOThreadPool.singleton
    /// How many photos are on their way at once.
    private static let atOnce = 8

    package init(from source: any MediaStorage, to target: any MediaStorage, through folder: String) {
        self.source = source
        self.target = target
        self.folder = folder
    }

    package struct Report: Sendable, Equatable {
        package var photos = 0
        package var files = 0
        package var bytes: Int64 = 0
        /// Photos that were not there, or not whole.
        package var copied = 0
        /// Photos that were deleted or renamed at the source before they could be read.
        package var goneMeanwhile = 0
        /// Photos of the target that the source does not have any more.
        package var movedAside = 0
        /// Such photos that stay where they are: too many, or perhaps not this community's.
        package var leftAlone = 0
    }

    /// How far it is, in photos.
    package struct Progress: Sendable {
        package let done: Int
        package let total: Int
    }

    /// The target gets the source's marker: the photos are of the same community there.
    /// - Throws: ``MediaError`` where the target is another community's or may be, or a photo is not there whole at the
    ///   end.
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

    private struct Missing: Sendable {
        let prefix: MediaPrefix
        let files: [String: Int64]
        let isThereInPart: Bool
    }

    private func copyAll(_ report: @escaping @Sendable (Progress) -> Void) async throws -> Report {
        var result = Report()
        var missing: [Missing] = []
        var gone: [MediaPrefix] = []
        var found = 0
        for folder in MediaPrefix.folders {
            let there = try await target.files(in: folder)
            let here = try await source.files(in: folder)
            found += there.count
            gone += there.keys.filter { here[$0] == nil }
            for (prefix, files) in here {
                result.photos += 1
                result.files += files.count
                result.bytes += files.values.reduce(0, +)
                if there[prefix] != files {
                    missing.append(Missing(prefix: prefix, files: files, isThereInPart: there[prefix] != nil))
                }
            }
        }
        try await mark(unknown: gone.count)
        let skipped = try await copy(missing, of: result.photos, report)
        result.goneMeanwhile = skipped.count
        result.copied = missing.count - skipped.count
        try await compare(missing.filter { !skipped.contains($0.prefix) })
        if try await mayMoveAside(gone.count, of: found), result.photos > 0 {
            try await target.moveAside(gone, at: Int64(Date().timeIntervalSince1970 * 1000))
            result.movedAside = gone.count
        } else {
            result.leftAlone = gone.count
        }
        try await copyUploads()
        return result
    }

    /// Copies photos, some at once; which of them are not at the source any more.
    private func copy(
        _ missing: [Missing], of total: Int, _ report: @escaping @Sendable (Progress) -> Void
    ) async throws -> Set<MediaPrefix> {
        var done = total - missing.count
        var skipped: Set<MediaPrefix> = []
        report(Progress(done: done, total: total))
        func advance(_ gone: MediaPrefix?) {
            if let gone { skipped.insert(gone) }
            done += 1
            report(Progress(done: done, total: total))
        }
        try await withThrowingTaskGroup(of: MediaPrefix?.self) { group in
            for (place, photo) in missing.enumerated() {
                if place >= Self.atOnce, let gone = try await group.next() { advance(gone) }
                group.addTask { try await copyUnlessGone(photo) ? nil : photo.prefix }
            }
            while let gone = try await group.next() { advance(gone) }
        }
        return skipped
    }

    private func copyUploads() async throws {
        for name in try await source.uploads() {
            let path = "\(folder)/\(name)"
            do {
                guard try await source.fetch(name, to: path, atMost: .max) else { continue }
            } catch {
                // It may have been posted or discarded meanwhile.
                guard try await source.uploads().contains(name) else { continue }
                throw error
            }
            try await target.setAside(path, as: name)
        }
    }

    /// Looks whether what was copied is there whole.
    private func compare(_ copied: [Missing]) async throws {
        for (folder, photos) in Dictionary(grouping: copied, by: \.prefix.folder) {
            let there = try await target.files(in: folder)
            if let lost = photos.first(where: { there[$0.prefix] != $0.files }) {
                throw MediaError("\(lost.prefix) did not arrive whole: run this again.")
            }
        }
    }

    /// False where the photo is not at the source any more, in whole or part: it was deleted, or has a new address.
    private func copyUnlessGone(_ photo: Missing) async throws -> Bool {
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

    private func copy(_ photo: Missing) async throws {
        let (prefix, files) = (photo.prefix, photo.files)
        let own = "\(folder)/\(prefix.description.dropFirst(3))"
        _ = try await threads.runIfActive { try Files.makeFolder(own) }
        for (name, count) in files {
            guard let key = MediaKey(prefix: prefix.description, name: name) else {
                throw MediaError("\(prefix)/\(name) has no name of a photo's file.")
            }
            let file = try await threads.runIfActive { try NewFile("\(own)/\(name)") }
            guard count > 0 else { continue }
            for try await piece in try await source.read(key, 0..<count) {
                try await threads.runIfActive { try file.write(piece) }
            }
        }
        if photo.isThereInPart { try await target.delete([prefix]) }
        try await target.put(files.keys.map { MediaFile(path: "\(own)/\($0)", name: $0) }, under: prefix)
    }
}
