import Testing

@testable import Imaging

struct MetadataTests {
    @Test func `all metadata of a photo is removed`() async throws {
        let scratch = try ScratchFolder()
        let sent = try Fixture.bytes("metadata.jpg")
        for word in ["SECRETWORD", "Exif", "http://ns.adobe.com/xap/1.0/", "Photoshop 3.0", "ICC_PROFILE"] {
            #expect(sent.contains(Array(word.utf8)), "the uploaded photo contains \(word)")
        }
        let photo = try await scratch.render(scratch.file(sent))
        for file in photo.files {
            let path = "\(scratch.output)/\(file.fileName)"
            let bytes = try scratch.bytes(path)
            #expect(bytes.count == file.byteCount)
            #expect(!bytes.contains(Array("SECRETWORD".utf8)))
            // JFIF header, quantisation tables, frame, Huffman tables, scan: no other application segment and
            // no comment.
            let segments = try #require(Self.segments(of: bytes))
            #expect(Set(segments).isSubset(of: [0xE0, 0xDB, 0xC0, 0xC4, 0xDA]), "\(segments)")
        }
    }

    @Test(arguments: ["cat.heic", "cat.png", "cat.webp"])
    func `the metadata of other formats is removed too`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        let segments = try Self.segments(
            of: scratch.bytes("\(scratch.output)/\(photo.renditions[0].fileName)"))
        #expect(Set(try #require(segments)).isSubset(of: [0xE0, 0xDB, 0xC0, 0xC4, 0xDA]))
    }

    /// Returns the markers of the segments of a JPEG up to the scan (ITU T.81, B.1.1), or nil if it is not a
    /// JPEG.
    private static func segments(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: [0xFF, 0xD8]), bytes.suffix(2) == [0xFF, 0xD9] else { return nil }
        var markers: [UInt8] = []
        var offset = 2
        while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
            markers.append(bytes[offset + 1])
            if bytes[offset + 1] == 0xDA { return markers }
            offset += 2 + (Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3]))
        }
        return nil
    }
}
