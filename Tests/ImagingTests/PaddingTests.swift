import Testing

@testable import Imaging

/// Files that have their full size, and something else in place of what is missing.
struct PaddingTests {
    private static let patterns: [[UInt8]] = [
        [0], [0x20], [0xAA], [0xFF], [0xFF, 0], [0xDE, 0xAD, 0xBE, 0xEF], [0xFF, 0xD0],
        (0xD0...0xD7).flatMap { [0xFF, $0] },
    ]

    /// Returns a part of a file, filled up to its size.
    private func padded(_ bytes: [UInt8], percent: Int, with pattern: [UInt8]) -> [UInt8] {
        let part = bytes.prefix(bytes.count * percent / 100)
        return part + (0..<bytes.count - part.count).map { pattern[$0 % pattern.count] }
    }

    private func expectIncomplete(_ bytes: [UInt8], _ comment: String) async throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file(bytes)
        await #expect(throws: ImagingError.incomplete, "\(comment)") { try await scratch.render(file) }
        #expect(try scratch.outputNames() == [])
    }

    private static let jpegs = [
        "Broken/quality-95.jpg", "Broken/optimised.jpg", "Broken/optimised-grey.jpg", "Broken/restarts.jpg",
        "Broken/restarts-grey.jpg", "Broken/progressive.jpg",
    ]

    @Test(arguments: jpegs, [30, 50])
    func `half a JPEG is rejected, whatever it was filled up with`(name: String, percent: Int) async throws {
        let bytes = try Fixture.bytes(name)
        for (index, pattern) in Self.patterns.enumerated() {
            let end: [UInt8] = index % 2 == percent / 10 % 2 ? [0xFF, 0xD9] : []
            try await expectIncomplete(
                padded(bytes, percent: percent, with: pattern) + end, "\(pattern), \(end)")
        }
    }

    @Test(arguments: jpegs.dropLast())
    func `a JPEG that lacks a fifth is rejected, whatever it was filled up with`(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        for pattern in Self.patterns {
            try await expectIncomplete(padded(bytes, percent: 80, with: pattern), "\(pattern)")
        }
    }

    @Test(arguments: jpegs)
    func `a JPEG that lacks a little and was filled up is a photo, without the padding`(name: String)
        async throws
    {
        let bytes = try Fixture.bytes(name)
        let complete = try ScratchFolder()
        let whole = try await complete.render(Fixture.path(name))
        for pattern in Self.patterns {
            let scratch = try ScratchFolder()
            let photo = try await scratch.render(
                scratch.file(padded(bytes, percent: 98, with: pattern) + [0xFF, 0xD9]))
            let difference = try scratch.picture(photo.renditions[0])
                .difference(to: complete.picture(whole.renditions[0]))
            #expect(difference < 6, "\(pattern)")
        }
    }

    @Test func `other bytes at the end do not hide padding`() async throws {
        let bytes = try padded(Fixture.bytes("Broken/quality-95.jpg"), percent: 50, with: [0])
        try await expectIncomplete(bytes + [0x0D, 0x0A, 0xFF, 0xD9], "a line break")
    }

    private static let plainEnds = [
        "Broken/plain-end.jpg", "Broken/plain-end-optimised.jpg", "Broken/plain-end-grey.jpg",
        "Broken/plain-end-restarts.jpg",
    ]

    @Test(arguments: plainEnds, [0, 1, 2, 6, 12])
    func `a JPEG that ends with an area of one colour is a photo, without its last bytes too`(
        name: String, missing: Int
    ) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(scratch.file(Fixture.bytes(name).dropLast(missing)))
        let picture = try scratch.picture(photo.renditions[0])
        for y in [200, 400, 600] { #expect(picture.isColour([250, 250, 250], atX: 120, y: y, within: 4)) }
    }

    /// The height leaves less than half a group of blocks for the last row, as with 1080 × 1350 pixels.
    @Test(arguments: ["Broken/plain-end-132.jpg", "Broken/plain-end-132-444.jpg"])
    func `a JPEG of any height that ends with an area of one colour is a photo`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        let picture = try scratch.picture(photo.renditions[0])
        for y in [60, 100, 130] { #expect(picture.isColour([255, 255, 255], atX: 120, y: y, within: 4)) }
    }

    @Test(arguments: plainEnds)
    func `half a JPEG that ends with an area of one colour is rejected`(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        for pattern in Self.patterns {
            try await expectIncomplete(padded(bytes, percent: 50, with: pattern), "\(pattern)")
        }
    }

    @Test func `a JPEG of one row of blocks that lacks much of it is rejected`() async throws {
        let bytes = try Fixture.bytes("Broken/strip.jpg")
        let half = Array(bytes.prefix(bytes.count * 80 / 100))
        try await expectIncomplete(half, "without an end")
        try await expectIncomplete(half + [0xFF, 0xD9], "with an end")
    }

    @Test(arguments: ["cat.webp", "cat.heic", "cat.avif", "coffee.heic", "coffee.avif"], [50, 80])
    func `half a WebP, HEIC or AVIF is rejected, even if it was filled up`(
        name: String, percent: Int
    ) async throws {
        let bytes = try Fixture.bytes(name)
        for pattern: [UInt8] in [[0], [0x20]] {
            try await expectIncomplete(padded(bytes, percent: percent, with: pattern), "\(pattern)")
        }
    }

    @Test(arguments: ["Broken/plain-end.webp", "Colour/limited.heic", "cat.heic", "cat.avif"])
    func `zeros that belong to the data or follow the file are no padding`(name: String) async throws {
        let scratch = try ScratchFolder()
        #expect(try await scratch.render(Fixture.path(name)).width > 0)
        try scratch.clear()
        let file = try scratch.file(Fixture.bytes(name) + [UInt8](repeating: 0, count: 500))
        #expect(try await scratch.render(file).width > 0)
    }

    @Test(arguments: ["cat.gif", "Broken/interlaced.gif"], [25, 50, 80, 90])
    func `half a GIF is rejected, even if it was filled up`(name: String, percent: Int) async throws {
        let bytes = try Fixture.bytes(name)
        try await expectIncomplete(Array(bytes.prefix(bytes.count * percent / 100)), "nothing")
        for pattern: [UInt8] in [[0], [0x20]] {
            try await expectIncomplete(padded(bytes, percent: percent, with: pattern), "\(pattern)")
        }
    }

    @Test(arguments: ["cat.png", "Broken/palette.png", "Broken/interlaced.png"])
    func `a PNG that was filled up is rejected`(name: String) async throws {
        let bytes = try Fixture.bytes(name)
        for pattern in Self.patterns {
            let scratch = try ScratchFolder()
            let file = try scratch.file(padded(bytes, percent: 50, with: pattern))
            await #expect(throws: ImagingError.self) { try await scratch.render(file) }
        }
    }
}
