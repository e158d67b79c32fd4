import Foundation
import MediaStorage
import NIOCore
import TestSupport
import Testing

struct MediaFolderTests {
    private func store(_ texts: [String: String], in folder: String) async throws -> (
        MediaFolder, MediaPrefix
    ) {
        let media = try MediaFolder(folder + "/media")
        let prefix = MediaPrefix.random()
        let files = try texts.map { name, text in
            let path = folder + "/" + name
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return MediaFile(path: path, name: name)
        }
        try await media.put(files, under: prefix)
        return (media, prefix)
    }

    private func key(_ prefix: MediaPrefix, _ name: String) throws -> MediaKey {
        try #require(MediaKey(prefix: prefix.description, name: name))
    }

    @Test func `files are stored, read in part and removed`() async throws {
        try await Fixtures.withFolder { folder in
            let (media, prefix) = try await store(["1.jpg": "hello world", "2.jpg": ""], in: folder)
            let key = try key(prefix, "1.jpg")
            #expect(try await media.byteCount(of: key) == 11)
            var text = ""
            for try await chunk in try await media.read(key, 6..<11) { text += String(buffer: chunk) }
            #expect(text == "world")
            #expect(Fixtures.files(below: folder).filter { $0.hasSuffix(".jpg") }.count == 2)
            try await media.delete([prefix, .random()])
            #expect(try await media.byteCount(of: key) == nil)
            #expect(Fixtures.files(below: folder) == [])
            #expect(try await media.prefixes(in: String(prefix.description.prefix(2))) == [])
            try await media.check()
        }
    }

    @Test func `a large file is read in chunks`() async throws {
        try await Fixtures.withFolder { folder in
            let (media, prefix) = try await store(
                ["1.jpg": String(repeating: "x", count: 200_000)], in: folder)
            var sizes: [Int] = []
            for try await chunk in try await media.read(try key(prefix, "1.jpg"), 0..<200_000) {
                sizes.append(chunk.readableBytes)
            }
            #expect(sizes == [Int](repeating: 32_768, count: 6) + [3392])
        }
    }

    @Test func `if a file is missing, none of the files is stored`() async throws {
        try await Fixtures.withFolder { folder in
            let media = try MediaFolder(folder + "/media")
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/1.jpg"))
            let error = await #expect(throws: MediaError.self) {
                try await media.put(
                    [
                        MediaFile(path: folder + "/1.jpg", name: "1.jpg"),
                        MediaFile(path: folder + "/gone", name: "2.jpg"),
                    ],
                    under: .random())
            }
            #expect(error?.description.contains("No such file") == true)
            #expect(Fixtures.files(below: folder + "/media") == [])
        }
    }

    @Test func `opening the folder removes staged files that a crash left behind`() async throws {
        try await Fixtures.withFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/media/.incoming/x", withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/media/.incoming/x/1.jpg"))
            _ = try MediaFolder(folder + "/media")
            #expect(Fixtures.files(below: folder) == [])
        }
    }

    @Test func `symbolic links are not followed`() async throws {
        try await Fixtures.withFolder { folder in
            let (media, prefix) = try await store(["1.jpg": "x"], in: folder)
            let path = "\(folder)/media/\(prefix)/2.jpg"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
            let key = try key(prefix, "2.jpg")
            #expect(try await media.byteCount(of: key) == nil)
            await #expect(throws: MediaError.self) { try await media.read(key, 0..<5) }
        }
    }

    @Test func `an unusable folder gives a readable error`() async throws {
        try await Fixtures.withFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            #expect(throws: MediaError.self) { try MediaFolder(folder + "/file/media") }
            #expect(throws: MediaError.self) { try Files.names(in: folder + "/none") }
            let (media, _) = try await store(["1.jpg": "x"], in: folder)
            try FileManager.default.removeItem(atPath: folder + "/media/.incoming")
            await #expect(throws: MediaError.self) { try await media.check() }
        }
    }

    @Test(arguments: [
        "", "ab/cd", "zz/zz000000000000000000000000000000", "../etc", "ab/ac000000000000000000000000000000",
    ])
    func `invalid prefixes are rejected`(_ text: String) { #expect(MediaPrefix(text) == nil) }

    @Test(arguments: ["", "../x", ".incoming", "a/b", "A.jpg", "x%00", String(repeating: "a", count: 41)])
    func `invalid file names are rejected`(_ name: String) {
        #expect(MediaKey(prefix: MediaPrefix.random().description, name: name) == nil)
        #expect(MediaKey(prefix: "ab", name: "1.jpg") == nil)
    }

    #if os(Linux)
        @Test func `uploads can be on a different file system than photos`() async throws {
            try await Fixtures.withFolder { folder in
                // /dev/shm is a separate file system on Linux.
                let elsewhere = "/dev/shm/isntgram-test-\(UUID())"
                try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
                defer { try? FileManager.default.removeItem(atPath: elsewhere) }
                try #require(try device(of: elsewhere) != device(of: folder))
                let media = try MediaFolder(folder + "/media")
                let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
                func upload(_ name: String) throws -> String {
                    try bytes.write(to: URL(fileURLWithPath: "\(elsewhere)/\(name)"))
                    return "\(elsewhere)/\(name)"
                }
                let prefix = MediaPrefix.random()
                try await media.put([MediaFile(path: try upload("1"), name: "1.jpg")], under: prefix)
                #expect(FileManager.default.contents(atPath: "\(folder)/media/\(prefix)/1.jpg") == bytes)
                let name = UploadName.random()
                try await media.storeUpload(try upload("2"), as: name)
                #expect(try await media.fetchUpload(name, to: folder + "/fetched", maxSize: .max))
                #expect(FileManager.default.contents(atPath: folder + "/fetched") == bytes)
                #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere) == [])
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder + "/media/.incoming") == [])
                // If storing fails, no staged file is left.
                let third = try upload("3")
                await #expect(throws: MediaError.self) {
                    try await media.put(
                        [
                            MediaFile(path: third, name: "3.jpg"),
                            MediaFile(path: elsewhere + "/gone", name: "4.jpg"),
                        ],
                        under: .random())
                }
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder + "/media/.incoming") == [])
            }
        }

        private func device(of path: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return try #require(attributes[.systemNumber] as? Int)
        }
    #endif
}
