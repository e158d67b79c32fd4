import Testing

@testable import Imaging

/// The parsers of headers run in the confined process, but must not end it either.
struct ParserTests {
    private static let names = [
        "cat.jpg", "Broken/progressive.jpg", "Colour/pq.heic", "Colour/pq-vui.heic", "Colour/hlg.avif",
        "Transforms/all-first.heic", "turned.heic", "Colour/gamma-chrm.png", "Colour/pq.png",
        "Colour/pq-curve-profile.png", "Broken/interlaced.png", "Several/sequence.avif", "animation.gif",
        "animation.webp", "Broken/restarts.jpg", "Broken/interlaced.gif", "Broken/plain-end.webp",
    ]

    /// Lets every parser read the bytes, whatever their format.
    private func readAll(_ bytes: [UInt8]) throws {
        _ = PhotoFormat(signature: bytes)
        _ = GIFPicture(bytes, pixelLimit: 1 << 20)?.completed
        let webp = WebPPicture(bytes)
        _ = (webp.withoutCutChunk, webp.withoutRepeatedEnd)
        let jpeg = JPEGCompleteness(bytes)
        _ = (jpeg?.completed, jpeg?.mayBePadded)
        _ = PNGCompleteness(bytes, required: 0.5)?.fraction
        _ =
            PNGHeader { position, count in
                position >= 0 && position <= bytes.count ? Array(bytes[position...].prefix(count)) : []
            }.conversion
        let profile = ColourProfile(bytes)
        _ = (profile.conversion, profile.fits(channels: 3))
        let scratch = try ScratchFolder()
        let file = try PhotoFile(reading: scratch.file(bytes))
        let header = HEIFHeader(of: file)
        _ = (header?.colour, header?.isMonochrome, HEIFHeader.corrected(file), header?.isPadded(in: file))
        _ = HEIFHeader(bytes: bytes)?.colour
        _ = VideoColour.description(inHEVC: bytes[...])
    }

    @Test(arguments: names)
    func `cut files do no harm`(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for step in 0..<60 { try readAll(Array(bytes.prefix(min(bytes.count, 2000) * step / 60))) }
    }

    @Test(arguments: names)
    func `changed bytes do no harm`(name: String) throws {
        let whole = try Fixture.bytes(name)
        var random = SeededGenerator(seed: UInt64(whole.count))
        for _ in 0..<60 {
            var bytes = Array(whole.prefix(4000))
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                let index = Int.random(in: 0..<min(bytes.count, 800), using: &random)
                bytes[index] =
                    [0, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            try readAll(bytes)
        }
    }

    @Test func `random bytes do no harm`() throws {
        var random = SeededGenerator(seed: 7)
        for count in 0..<200 {
            let bytes = (0..<count * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
            try readAll(bytes)
            // A decoder configuration whose parameter set is random.
            let size = withUnsafeBytes(of: UInt16(bytes.count).bigEndian, Array.init)
            let record = [UInt8](repeating: 0, count: 22) + [1, 33, 0, 1] + size + bytes
            _ = VideoColour.description(inHEVC: record[...])
        }
    }
}
