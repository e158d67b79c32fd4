import Testing

@testable import Imaging

/// Of a file with several pictures, the first one counts, or the primary one.
struct FirstPictureTests {
    private static let red = [220, 40, 40]
    private static let green = [40, 200, 40]

    @Test(arguments: [
        ("sequence.avif", red), ("sequence-other-order.avif", red), ("animation.png", red),
        ("burst.heic", green), ("long.gif", red),
    ])
    func `a sequence is rendered as its first or primary picture`(name: String, colour: [Int]) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("Several/\(name)"))
        #expect(try scratch.picture(photo.renditions[0]).isColour(colour, atX: 20, y: 20))
    }

    @Test(arguments: ["animation.gif", "animation.webp", "Several/animation.png", "Several/sequence.avif"])
    func `only the first picture counts towards the pixel limit`(name: String) async throws {
        let scratch = try ScratchFolder()
        var limits = PhotoLimits()
        let size = try await scratch.render(Fixture.path(name))
        try scratch.clear()
        limits.pixels = size.width * size.height
        #expect(try await scratch.render(Fixture.path(name), limits: limits).width == size.width)
        try scratch.clear()
        limits.pixels -= 1
        let error = ImagingError.tooManyPixels(width: size.width, height: size.height, limit: limits.pixels)
        await #expect(throws: error) { try await scratch.render(Fixture.path(name), limits: limits) }
    }

    @Test(arguments: [
        "minor-brand.heic", "sequence-brand.heic", "ten-bit-brand.heic", "only-sequence-brands.heic",
    ])
    func `a HEIC is recognised by any of its brands`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("Several/\(name)"))
        #expect(photo.width == 96 && photo.height == 64)
        #expect(try scratch.picture(photo.renditions[0]).isColour([254, 0, 0], atX: 8, y: 8))
    }

    @Test func `a video track without a picture is rejected in words`() async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: ImagingError.unsupported) {
            try await scratch.render(Fixture.path("Several/track-only.avif"))
        }
    }
}
