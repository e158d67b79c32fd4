import Testing

@testable import Imaging

struct MetadataTests {
    @Test func `nothing of where, when and by whom is left`() async throws {
        let workshop = try Workshop()
        let sent = try Fixture.bytes("metadata.jpg")
        for word in ["SECRETWORD", "Exif", "http://ns.adobe.com/xap/1.0/", "Photoshop 3.0", "ICC_PROFILE"] {
            #expect(sent.contains(Array(word.utf8)), "the photo sent has it")
        }
        let photo = try await workshop.render(workshop.file(sent))
        for file in photo.files {
            let path = "\(workshop.output)/\(file.fileName)"
            let bytes = try workshop.bytes(path)
            #expect(bytes.count == file.byteCount)
            #expect(!bytes.contains(Array("SECRETWORD".utf8)))
            // JFIF's header, quantisation, frame, Huffman tables, scan: no further application segment, no comment.
            let segments = try #require(Self.segments(of: bytes))
            #expect(Set(segments).isSubset(of: [0xE0, 0xDB, 0xC0, 0xC4, 0xDA]), "\(segments)")
        }
    }

    @Test(arguments: ["cat.heic", "cat.png", "cat.webp"])
    func `other formats leave nothing behind either`(name: String) async throws {
        let workshop = try Workshop()
        let photo = try await workshop.render(Fixture.path(name))
        let segments = try Self.segments(
            of: workshop.bytes("\(workshop.output)/\(photo.renditions[0].fileName)"))
        #expect(Set(try #require(segments)).isSubset(of: [0xE0, 0xDB, 0xC0, 0xC4, 0xDA]))
    }

    /// The markers of a JPEG's segments up to its scan (ITU T.81, B.1.1); nil where it is none.
    private static func segments(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0xFF, 0xD8]), bytes.suffix(2) == [0xFF, 0xD9] else { return nil }
        var markers: [UInt8] = []
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            markers.append(bytes[place + 1])
            if bytes[place + 1] == 0xDA { return markers }
            place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
        }
        return nil
    }
}
