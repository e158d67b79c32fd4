import Foundation
import TestSupport
import Testing

@testable import MediaStorage

/// A copy of photos must lose none, neither those that it copies nor those that it finds.
struct MediaCopyTests {
    /// The photos of community “a” in a folder, and where they are to go.
    private struct Places {
        let source: UnsteadyMedia
        let target: UnsteadyMedia
        let folder: String

        static func with(isInBucket: Bool = false, _ body: (Places) async throws -> Void) async throws {
            try await Fixtures.withFolder { folder in
                let target: any MediaStorage =
                    isInBucket ? try await S3Server.shared().media() : try MediaFolder(folder + "/target")
                let source = try MediaFolder(folder + "/source")
                try await source.mark("a")
                try await body(
                    Places(source: UnsteadyMedia(source), target: UnsteadyMedia(target), folder: folder))
                try await target.close()
            }
        }

        func put(_ count: Int, to place: any MediaStorage) async throws -> Set<MediaPrefix> {
            var added: Set<MediaPrefix> = []
            for _ in 0..<count {
                let (path, prefix) = ("\(folder)/file", MediaPrefix.random())
                try Data("photo".utf8).write(to: URL(fileURLWithPath: path))
                try await place.put([MediaFile(path: path, name: "1.jpg")], under: prefix)
                added.insert(prefix)
            }
            return added
        }

        func photos(at place: any MediaStorage) async throws -> Set<MediaPrefix> {
            var found: Set<MediaPrefix> = []
            for folder in try await place.folders() { found.formUnion(try await place.prefixes(in: folder)) }
            return found
        }

        func copy() async throws -> MediaCopy.Report {
            try await MediaCopy(from: source, to: target, through: folder + "/scratch").run()
        }

        /// What a copy was refused with; the target is as it was, but for the photos of the source.
        func refusal(leaving kept: Set<MediaPrefix>) async throws -> String {
            let error = await #expect(throws: MediaError.self) { try await copy() }
            #expect(try await photos(at: target).isSuperset(of: kept))
            #expect(try await target.strays() == [])
            return error?.description ?? ""
        }
    }

    @Test(arguments: [false, true])
    func `a place where another community keeps photos too is refused`(_ isInBucket: Bool) async throws {
        try await Places.with(isInBucket: isInBucket) { places in
            _ = try await places.put(1, to: places.source)
            #expect(try await places.copy().copied == 1)
            let others = try await places.put(2, to: places.target)
            try await places.target.noteOther("b")
            #expect(try await places.refusal(leaving: others).contains(".community-b"))
        }
    }

    @Test func `a place that another community comes to while the copy runs keeps its photos`() async throws {
        try await Places.with { places in
            _ = try await places.put(1, to: places.source)
            #expect(try await places.copy().copied == 1)
            let others = try await places.put(1, to: places.target)
            _ = try await places.put(1, to: places.source)
            places.target.before("put") { try await places.target.noteOther("b") }
            #expect(try await places.refusal(leaving: others).contains(".community-b"))
        }
    }

    @Test(arguments: [false, true])
    func `a place with unknown photos and no marker is not taken`(_ isInBucket: Bool) async throws {
        try await Places.with(isInBucket: isInBucket) { places in
            _ = try await places.put(1, to: places.source)
            let others = try await places.put(2, to: places.target)
            #expect(try await places.refusal(leaving: others).contains("2 photos"))
            #expect(try await places.photos(at: places.target) == others)
            #expect(try await places.target.marker() == nil)
        }
    }

    @Test func `of a place that is shared nobody knows whose the photos are`() async throws {
        try await Places.with { places in
            let photos = try await places.put(2, to: places.source)
            try await places.source.noteOther("b")
            #expect(try await places.copy().copied == 2)
            try await places.source.delete([photos.first].compactMap { $0 })
            let report = try await places.copy()
            #expect(report.movedAside == 0 && report.leftAlone == 1)
            #expect(try await places.target.marker() == nil)
            #expect(try await places.photos(at: places.target) == photos)
        }
    }

    @Test func `what was deleted since an earlier copy is moved aside, and much at once is not`() async throws
    {
        try await Places.with { places in
            let photos = try await places.put(3, to: places.source)
            #expect(try await places.copy().copied == 3)
            let first = try #require(photos.first)
            try await places.source.delete([first])
            #expect(try await places.copy().movedAside == 1)
            #expect(try await places.target.strays().map(\.prefix) == [first])
            // As where the target is in use by now, or the source is an old copy.
            let newer = try await places.put(StrayPhoto.few + 1, to: places.target)
            let report = try await places.copy()
            #expect(report.movedAside == 0 && report.leftAlone == newer.count)
            #expect(try await places.photos(at: places.target) == newer.union(photos).subtracting([first]))
        }
    }

    @Test func `a source without photos moves none aside`() async throws {
        try await Places.with { places in
            let photos = try await places.put(2, to: places.source)
            #expect(try await places.copy().copied == 2)
            try await places.source.delete(Array(photos))
            let report = try await places.copy()
            #expect(report.movedAside == 0 && report.leftAlone == 2)
            #expect(try await places.photos(at: places.target) == photos)
        }
    }

    @Test func `a photo that goes while the copy runs is passed over and counted`() async throws {
        try await Places.with { places in
            let gone = try await places.put(1, to: places.source)
            places.source.before("read") { try await places.source.delete(Array(gone)) }
            let report = try await places.copy()
            #expect(report.goneMeanwhile == 1 && report.copied == 0)
            #expect(try await places.photos(at: places.target) == [])
            _ = try await places.put(1, to: places.source)
            #expect(try await places.copy().copied == 1)
        }
    }

    @Test func `an upload that goes while the copy runs is passed over`() async throws {
        try await Places.with { places in
            let (path, name) = (places.folder + "/upload", UploadName.random())
            try Data("upload".utf8).write(to: URL(fileURLWithPath: path))
            try await places.source.setAside(path, as: name)
            places.source.before("fetch") { try await places.source.discard([name]) }
            #expect(try await places.copy().photos == 0)
            #expect(try await places.target.uploads() == [])
        }
    }
}
