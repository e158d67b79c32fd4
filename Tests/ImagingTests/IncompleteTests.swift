import Testing

@testable import Imaging

/// What of a photo must be there: 95 percent of its picture (Sources/Imaging/README.md).
struct IncompleteTests {
    /// Renders the photo, and returns the difference to the complete one.
    private func difference(_ bytes: some Sequence<UInt8>, to name: String) async throws -> Double {
        let scratch = try ScratchFolder()
        let whole = try ScratchFolder()
        let photo = try await scratch.render(scratch.file(bytes))
        let complete = try await whole.render(Fixture.path(name))
        return try scratch.picture(photo.renditions[0]).difference(to: whole.picture(complete.renditions[0]))
    }

    private func expectIncomplete(_ bytes: some Sequence<UInt8>) async throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file(bytes)
        await #expect(throws: ImagingError.incomplete) { try await scratch.render(file) }
        #expect(try scratch.outputNames() == [])
    }

    private static let jpegs = ["cat.jpg", "Broken/baseline.jpg", "Broken/progressive.jpg"]

    @Test(arguments: jpegs, [1, 2, 4, 20, 60])
    func `a JPEG that lacks its last bytes is a photo`(name: String, missing: Int) async throws {
        #expect(try await difference(Fixture.bytes(name).dropLast(missing), to: name) < 6)
    }

    @Test(arguments: jpegs, [98, 99])
    func `a JPEG that lacks a little of its picture is a photo`(name: String, percent: Int) async throws {
        let bytes = try Fixture.bytes(name)
        #expect(try await difference(bytes.prefix(bytes.count * percent / 100), to: name) < 6)
    }

    @Test(arguments: [90, 95])
    func `a progressive JPEG that lacks some precision is a photo`(percent: Int) async throws {
        let name = "Broken/progressive.jpg"
        let bytes = try Fixture.bytes(name)
        #expect(try await difference(bytes.prefix(bytes.count * percent / 100), to: name) < 3)
    }

    @Test(arguments: jpegs, [10, 33, 50])
    func `half a JPEG is rejected, whether its end is missing or not`(name: String, percent: Int)
        async throws
    {
        let bytes = try Fixture.bytes(name)
        let half = bytes.prefix(bytes.count * percent / 100)
        try await expectIncomplete(half)
        try await expectIncomplete(half + [0xFF, 0xD9])
        try await expectIncomplete(half + [UInt8](repeating: 0, count: half.count))
    }

    @Test(arguments: ["cat.jpg", "Broken/baseline.jpg"], [70, 90])
    func `a baseline JPEG that lacks many rows is rejected`(name: String, percent: Int) async throws {
        let bytes = try Fixture.bytes(name)
        try await expectIncomplete(bytes.prefix(bytes.count * percent / 100))
    }

    @Test(arguments: jpegs)
    func `a JPEG with an end after its last rows were lost is a photo`(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        let most = bytes.prefix(bytes.count * 99 / 100)
        #expect(try await difference(most + [0xFF, 0xD9], to: name) < 6)
        #expect(try await difference(most + [UInt8](repeating: 0, count: 500), to: name) < 6)
    }

    @Test(arguments: jpegs)
    func `bytes before the end of a complete JPEG do not matter`(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        #expect(try await difference(bytes.dropLast(2) + [0, 0, 0xFF, 0xD9], to: name) == 0)
    }

    private static let pngs = ["cat.png", "deep.png", "Broken/palette.png", "Broken/interlaced.png"]

    @Test(arguments: pngs, [1, 4, 12, 16, 20, 40])
    func `a PNG that lacks its last bytes is a photo`(name: String, missing: Int) async throws {
        #expect(try await difference(Fixture.bytes(name).dropLast(missing), to: name) < 2)
    }

    @Test(arguments: pngs)
    func `a PNG that lacks its last rows is a photo, and these repeat the one above`(name: String)
        async throws
    {
        let bytes = try Fixture.bytes(name)
        #expect(try await difference(bytes.prefix(bytes.count * 98 / 100), to: name) < 6)
    }

    @Test(arguments: pngs, [25, 50, 80])
    func `half a PNG is rejected`(name: String, percent: Int) async throws {
        let bytes = try Fixture.bytes(name)
        try await expectIncomplete(bytes.prefix(bytes.count * percent / 100))
    }

    @Test func `a PNG with a wrong checksum is damaged, even if its end is missing`() async throws {
        let scratch = try ScratchFolder()
        var bytes = try Array(Fixture.bytes("cat.png").dropLast(12))
        bytes[bytes.count / 2] ^= 1
        let file = try scratch.file(bytes)
        let error = await #expect(throws: ImagingError.self) { try await scratch.render(file) }
        guard case .damaged = error else { throw Unexpected(error) }
    }

    @Test(arguments: [20, 100, 400])
    func `a WebP that lacks the metadata after its picture is a photo`(missing: Int) async throws {
        // The last chunk declares more bytes than the file has.
        let bytes = try Fixture.bytes("cat.webp")
        let size = withUnsafeBytes(of: UInt32(bytes.count + missing).littleEndian, Array.init)
        let chunk = Array("XMP ".utf8) + [0, 4, 0, 0] + [UInt8](repeating: 32, count: 9)
        let cut = bytes[..<4] + size + bytes[8...] + chunk
        #expect(try await difference(cut, to: "cat.webp") == 0)
    }

    private static let gifs = ["cat.gif", "Broken/interlaced.gif"]

    @Test(arguments: gifs, [1, 2, 3, 4, 8])
    func `a GIF that lacks its last bytes is a photo`(name: String, missing: Int) async throws {
        #expect(try await difference(Fixture.bytes(name).dropLast(missing), to: name) < 1)
    }

    @Test(arguments: gifs)
    func `a GIF that lacks its last rows is a photo, and these repeat the one above`(name: String)
        async throws
    {
        let bytes = try Fixture.bytes(name)
        #expect(try await difference(bytes.prefix(bytes.count * 98 / 100), to: name) < 3)
    }

    @Test func `a GIF whose later frames are missing is a photo`() async throws {
        let bytes = try Fixture.bytes("animation.gif")
        for missing in [1, 2, 20, 60] {
            #expect(try await difference(bytes.dropLast(missing), to: "animation.gif") == 0)
        }
    }
}
