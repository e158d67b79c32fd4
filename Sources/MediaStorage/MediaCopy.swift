import Foundation
import NIOCore
import NIOPosix

/// Copies every photo from one media storage to another, of whichever kinds; what is there already stays, but for photos
/// that the source does not have any more: these are moved aside.
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
        /// Photos of the target that the source does not have any more.
        package var movedAside = 0
    }

    /// How far it is, in photos.
    package struct Progress: Sendable {
        package let done: Int
        package let total: Int
    }

    /// The target gets the source's marker: the photos are of the same community there.
    /// - Throws: ``MediaError`` where the target is another community's, or a photo is not there whole at the end.
    package func run(report: @escaping @Sendable (Progress) -> Void = { _ in }) async throws -> Report {
        try await carryMarker()
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

    private struct Missing: Sendable {
        let prefix: MediaPrefix
        let files: [String: Int64]
        let isThereInPart: Bool
    }

    private func carryMarker() async throws {
        let (here, there) = (try await source.marker(), try await target.marker())
        guard here != there else { return }
        guard let here, there == nil else {
            throw MediaError(
                """
                The target holds the photos of another community than the source: choose an empty place, or remove \
                .community there if they are the same.
                """)
        }
        try await target.mark(here)
    }

    private func removeFolder() async throws {
        let folder = folder
        try await threads.runIfActive { try Files.remove(folder) }
    }

    private func copyAll(_ report: @escaping @Sendable (Progress) -> Void) async throws -> Report {
        var result = Report()
        var missing: [Missing] = []
        var gone: [MediaPrefix] = []
        for folder in MediaPrefix.folders {
            let there = try await target.files(in: folder)
            let here = try await source.files(in: folder)
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
        result.copied = missing.count
        let total = result.photos
        var done = total - missing.count
        report(Progress(done: done, total: total))
        func advance() {
            done += 1
            report(Progress(done: done, total: total))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, photo) in missing.enumerated() {
                if place >= Self.atOnce, try await group.next() != nil { advance() }
                group.addTask { try await copy(photo) }
            }
            while try await group.next() != nil { advance() }
        }
        try await compare(missing)
        result.movedAside = try await moveAside(gone)
        for name in try await source.uploads() {
            let path = "\(folder)/\(name)"
            if try await source.fetch(name, to: path, atMost: .max) { try await target.setAside(path, as: name) }
        }
        return result
    }

    /// Photos that an earlier run copied and that were deleted at the source since must not come back by moving.
    private func moveAside(_ gone: [MediaPrefix]) async throws -> Int {
        // Without a marker nobody knows whose the source is.
        guard !gone.isEmpty, try await source.marker() != nil else { return 0 }
        try await target.moveAside(gone, at: Int64(Date().timeIntervalSince1970 * 1000))
        return gone.count
    }

    /// Looks whether what was copied is there whole.
    private func compare(_ copied: [Missing]) async throws {
        for (folder, photos) in Dictionary(grouping: copied, by: { String($0.prefix.description.prefix(2)) }) {
            let there = try await target.files(in: folder)
            if let lost = photos.first(where: { there[$0.prefix] != $0.files }) {
                throw MediaError("\(lost.prefix) did not arrive whole: run this again.")
            }
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
