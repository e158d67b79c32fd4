import Testing

@testable import Imaging

struct OrientationTests {
    private static let red = [254, 0, 0]
    private static let green = [0, 255, 1]
    private static let blue = [0, 0, 254]
    private static let white = [255, 255, 255]

    /// Returns `quadrants.jpg` with another EXIF orientation.
    private static func quadrants(orientation: UInt8) throws -> [UInt8] {
        var bytes = try Fixture.bytes("quadrants.jpg")
        // Tag 0x0112, type SHORT, one value (Exif 2.3, 4.6.4), big-endian.
        let tag = try #require(bytes.firstRange(of: [0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00]))
        bytes[tag.upperBound] = orientation
        return bytes
    }

    @Test(arguments: [
        (1, [red, green, blue, white]), (2, [green, red, white, blue]), (3, [white, blue, green, red]),
        (4, [blue, white, red, green]), (5, [red, blue, green, white]), (6, [blue, red, white, green]),
        (7, [white, green, blue, red]), (8, [green, white, red, blue]),
    ])
    func `a photo is rendered upright for every EXIF orientation`(orientation: Int, corners: [[Int]])
        async throws
    {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(
            scratch.file(Self.quadrants(orientation: UInt8(orientation))))
        let (width, height) = orientation < 5 ? (96, 64) : (64, 96)
        #expect(photo.width == width && photo.height == height)
        #expect(photo.renditions.map(\.width) == [width])
        try expect(corners, in: scratch.picture(photo.renditions[0]), width, height)
        try expect(corners, in: scratch.picture(photo.thumbnail), 320, 320)
    }

    @Test func `a rotated HEIC is rendered upright`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("turned.heic"))
        #expect(photo.width == 64 && photo.height == 96)
        let picture = try scratch.picture(photo.renditions[0])
        expect([Self.green, Self.white, Self.red, Self.blue], in: picture, 64, 96)
    }

    @Test(arguments: [
        ("rotated-mirrored.heic", 64, 96, [white, green, blue, red]),
        ("mirrored-rotated.heic", 64, 96, [red, blue, green, white]),
        ("mirrored-rotated.avif", 64, 96, [red, blue, green, white]),
        ("rotated-cropped.heic", 60, 80, [green, white, red, blue]),
        ("cropped-rotated.heic", 60, 80, [green, white, red, blue]),
        ("rotation-first.heic", 64, 96, [green, white, red, blue]),
        ("rotation-first.avif", 64, 96, [green, white, red, blue]),
        ("all-first.heic", 60, 80, [white, green, blue, red]),
    ])
    func `transformations of a HEIF apply in their order, wherever they stand`(
        name: String, width: Int, height: Int, corners: [[Int]]
    ) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("Transforms/\(name)"))
        #expect(photo.width == width && photo.height == height)
        expect(corners, in: try scratch.picture(photo.renditions[0]), width, height)
    }

    @Test(arguments: ["no-size.heic", "no-size.avif"])
    func `a HEIF that the library cannot read is rejected in words`(name: String) async throws {
        let scratch = try ScratchFolder()
        await #expect(throws: ImagingError.unsupported) {
            try await scratch.render(Fixture.path("Transforms/\(name)"))
        }
    }

    /// Expects these colours at the top left, top right, bottom left and bottom right.
    private func expect(_ corners: [[Int]], in picture: Picture, _ width: Int, _ height: Int) {
        #expect(picture.width == width && picture.height == height)
        let points = [(8, 8), (width - 8, 8), (8, height - 8), (width - 8, height - 8)]
        for (corner, point) in zip(corners, points) {
            let isRight = picture.isColour(corner, atX: point.0, y: point.1)
            #expect(isRight, "\(corner) at \(point)")
        }
    }
}
