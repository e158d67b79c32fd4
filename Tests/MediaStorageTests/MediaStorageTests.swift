import Foundation
import TestSupport
import Testing

@testable import MediaStorage

/// Tests the behaviour that both media storages share: the marker, removal by name, and stray photos.
struct MediaStorageTests {
    private func withMedia(
        usesBucket: Bool,
        _ body: (any MediaStorage, (MediaPrefix, [String]) async throws -> Void) async throws -> Void
    ) async throws {
        try await Fixtures.withFolder { folder in
            let media: any MediaStorage =
                usesBucket ? try await S3Server.shared().media() : try MediaFolder(folder + "/media")
            try await body(media) { prefix, names in
                let files = try names.map { name in
                    try Data(name.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                    return MediaFile(path: "\(folder)/\(name)", name: name)
                }
                try await media.put(files, under: prefix)
            }
            try await media.close()
        }
    }

    @Test(arguments: [false, true])
    func `the marker is written once, and is not listed as a photo`(_ usesBucket: Bool) async throws {
        try await withMedia(usesBucket: usesBucket) { media, put in
            #expect(try await media.marker() == nil)
            try await media.writeMarker("one")
            try await media.writeMarker("two")
            #expect(try await media.marker() == "one")
            #expect(try await media.folders() == [])
            try await put(.random(), ["1.jpg"])
            #expect(try await media.folders().count == 1)
        }
    }

    @Test(arguments: [false, true])
    func `files are removed by name, and other files stay`(_ usesBucket: Bool) async throws {
        try await withMedia(usesBucket: usesBucket) { media, put in
            let (removed, kept) = (MediaPrefix.random(), MediaPrefix.random())
            for prefix in [removed, kept] { try await put(prefix, ["1.jpg", "2.jpg"]) }
            func key(_ prefix: MediaPrefix, _ name: String) -> MediaKey? {
                MediaKey(prefix: prefix.description, name: name)
            }
            let keys = [
                key(removed, "1.jpg"), key(removed, "2.jpg"), key(kept, "1.jpg"), key(kept, "missing.jpg"),
                key(.random(), "1.jpg"),
            ].compactMap { $0 }
            for _ in 0..<2 { try await media.delete(keys) }
            #expect(try await media.prefixes(in: kept.folder) == [kept])
            #expect(try await media.files(in: kept.folder)[kept] == ["2.jpg": 5])
            #expect(try await !media.prefixes(in: removed.folder).contains(removed))
            try await media.delete([MediaKey]())
        }
    }

    @Test(arguments: [false, true])
    func `stray photos are moved aside, moved back and removed`(_ usesBucket: Bool) async throws {
        try await withMedia(usesBucket: usesBucket) { media, put in
            let (one, two, three) = (MediaPrefix.random(), MediaPrefix.random(), MediaPrefix.random())
            for prefix in [one, two, three] { try await put(prefix, ["1.jpg", "2.jpg"]) }
            #expect(try await media.strays() == [])
            try await media.moveAside([one, .random()], at: 7)
            try await media.moveAside([two], at: 8)
            let strays = [StrayPhoto(prefix: one, since: 7), StrayPhoto(prefix: two, since: 8)]
            #expect(Set(try await media.strays()) == Set(strays))
            #expect(try await !media.prefixes(in: one.folder).contains(one))
            #expect(try await media.prefixes(in: three.folder).contains(three))
            try await media.moveBack([strays[0]])
            #expect(try await media.files(in: one.folder)[one] == ["1.jpg": 5, "2.jpg": 5])
            #expect(try await media.strays() == [strays[1]])
            // Files that were added again in the meantime stay, and missing files are moved back.
            try await put(two, ["1.jpg", "3.jpg"])
            for _ in 0..<2 { try await media.moveBack([strays[1]]) }
            #expect(try await media.files(in: two.folder)[two] == ["1.jpg": 5, "2.jpg": 5, "3.jpg": 5])
            #expect(try await media.strays() == [])
            try await media.moveAside([one, three], at: 9)
            try await media.removeStrays(try await media.strays().filter { $0.prefix == one })
            #expect(try await media.strays() == [StrayPhoto(prefix: three, since: 9)])
            try await media.removeStrays(try await media.strays())
            #expect(try await media.strays() == [])
        }
    }
}
