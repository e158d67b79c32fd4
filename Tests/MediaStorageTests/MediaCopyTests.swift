import Foundation
import TestSupport
import Testing

@testable import MediaStorage

/// Tests that a copy loses no photos, neither of the source nor of the target.
struct MediaCopyTests {
    /// A source folder with photos of community “a”, and a target.
    private struct Storages {
        let source: FaultInjectingMediaStorage
        let target: FaultInjectingMediaStorage
        let folder: String

        static func with(usesBucket: Bool = false, _ body: (Storages) async throws -> Void) async throws {
            try await Fixtures.withFolder { folder in
                let target: any MediaStorage =
                    usesBucket ? try await S3Server.shared().media() : try MediaFolder(folder + "/target")
                let source = try MediaFolder(folder + "/source")
                try await source.writeMarker("a")
                try await body(
                    Storages(
                        source: FaultInjectingMediaStorage(source),
                        target: FaultInjectingMediaStorage(target), folder: folder))
                try await target.close()
            }
        }

        func addPhotos(_ count: Int, to media: any MediaStorage) async throws -> Set<MediaPrefix> {
            var added: Set<MediaPrefix> = []
            for _ in 0..<count {
                let (path, prefix) = ("\(folder)/file", MediaPrefix.random())
                try Data("photo".utf8).write(to: URL(fileURLWithPath: path))
                try await media.put([MediaFile(path: path, name: "1.jpg")], under: prefix)
                added.insert(prefix)
            }
            return added
        }

        func photos(in media: any MediaStorage) async throws -> Set<MediaPrefix> {
            var found: Set<MediaPrefix> = []
            for folder in try await media.folders() { found.formUnion(try await media.prefixes(in: folder)) }
            return found
        }

        func copy() async throws -> MediaCopy.Report {
            try await MediaCopy(from: source, to: target, through: folder + "/scratch").run()
        }

        /// Expects that a copy fails and that these photos of the target stay. Returns the error message.
        func copyError(keeping kept: Set<MediaPrefix>) async throws -> String {
            let error = await #expect(throws: MediaError.self) { try await copy() }
            #expect(try await photos(in: target).isSuperset(of: kept))
            #expect(try await target.strays() == [])
            return error?.description ?? ""
        }
    }

    @Test(arguments: [false, true])
    func `a target with photos of another community is rejected`(_ usesBucket: Bool) async throws {
        try await Storages.with(usesBucket: usesBucket) { storages in
            _ = try await storages.addPhotos(1, to: storages.source)
            #expect(try await storages.copy().copied == 1)
            let others = try await storages.addPhotos(2, to: storages.target)
            try await storages.target.addOtherCommunity("b")
            #expect(try await storages.copyError(keeping: others).contains(".community-b"))
        }
    }

    @Test func `photos that another community adds during the copy are kept`() async throws {
        try await Storages.with { storages in
            _ = try await storages.addPhotos(1, to: storages.source)
            #expect(try await storages.copy().copied == 1)
            let others = try await storages.addPhotos(1, to: storages.target)
            _ = try await storages.addPhotos(1, to: storages.source)
            storages.target.before("put") { try await storages.target.addOtherCommunity("b") }
            #expect(try await storages.copyError(keeping: others).contains(".community-b"))
        }
    }

    @Test(arguments: [false, true])
    func `a target with unknown photos and no marker is rejected`(_ usesBucket: Bool) async throws {
        try await Storages.with(usesBucket: usesBucket) { storages in
            _ = try await storages.addPhotos(1, to: storages.source)
            let others = try await storages.addPhotos(2, to: storages.target)
            #expect(try await storages.copyError(keeping: others).contains("2 photos"))
            #expect(try await storages.photos(in: storages.target) == others)
            #expect(try await storages.target.marker() == nil)
        }
    }

    @Test func `no photos are moved aside if the source is shared`() async throws {
        try await Storages.with { storages in
            let photos = try await storages.addPhotos(2, to: storages.source)
            try await storages.source.addOtherCommunity("b")
            #expect(try await storages.copy().copied == 2)
            try await storages.source.delete([photos.first].compactMap { $0 })
            let report = try await storages.copy()
            #expect(report.movedAside == 0 && report.leftInPlace == 1)
            #expect(try await storages.target.marker() == nil)
            #expect(try await storages.photos(in: storages.target) == photos)
        }
    }

    @Test func `photos deleted since an earlier copy are moved aside, but not many at once`() async throws {
        try await Storages.with { storages in
            let photos = try await storages.addPhotos(3, to: storages.source)
            #expect(try await storages.copy().copied == 3)
            let first = try #require(photos.first)
            try await storages.source.delete([first])
            #expect(try await storages.copy().movedAside == 1)
            #expect(try await storages.target.strays().map(\.prefix) == [first])
            // As if the target were in use already, or the source were an old copy.
            let newer = try await storages.addPhotos(StrayPhoto.smallNumber + 1, to: storages.target)
            let report = try await storages.copy()
            #expect(report.movedAside == 0 && report.leftInPlace == newer.count)
            #expect(
                try await storages.photos(in: storages.target) == newer.union(photos).subtracting([first]))
        }
    }

    @Test func `an empty source moves no photos aside`() async throws {
        try await Storages.with { storages in
            let photos = try await storages.addPhotos(2, to: storages.source)
            #expect(try await storages.copy().copied == 2)
            try await storages.source.delete(Array(photos))
            let report = try await storages.copy()
            #expect(report.movedAside == 0 && report.leftInPlace == 2)
            #expect(try await storages.photos(in: storages.target) == photos)
        }
    }

    @Test func `a photo that is deleted during the copy is skipped and counted`() async throws {
        try await Storages.with { storages in
            let gone = try await storages.addPhotos(1, to: storages.source)
            storages.source.before("read") { try await storages.source.delete(Array(gone)) }
            let report = try await storages.copy()
            #expect(report.deletedDuringCopy == 1 && report.copied == 0)
            #expect(try await storages.photos(in: storages.target) == [])
            _ = try await storages.addPhotos(1, to: storages.source)
            #expect(try await storages.copy().copied == 1)
        }
    }

    @Test func `an upload that is discarded during the copy is skipped`() async throws {
        try await Storages.with { storages in
            let (path, name) = (storages.folder + "/upload", UploadName.random())
            try Data("upload".utf8).write(to: URL(fileURLWithPath: path))
            try await storages.source.storeUpload(path, as: name)
            storages.source.before("fetchUpload") { try await storages.source.discardUploads([name]) }
            #expect(try await storages.copy().photos == 0)
            #expect(try await storages.target.uploads() == [])
        }
    }
}
