import Testing

@testable import Imaging

struct ColourTests {
    @Test(arguments: ["alpha.png", "alpha.webp", "deep-alpha.png"])
    func `transparent pixels become white`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        let picture = try scratch.picture(photo.renditions[0])
        #expect(picture.isColour([0, 0, 255], atX: 10, y: 20))
        #expect(picture.isColour([255, 255, 255], atX: 60, y: 20))
    }

    @Test func `the ground of a transparent logo is white`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("logo_transparent.png"))
        #expect(try scratch.picture(photo.renditions[0]).isColour([255, 255, 255], atX: 4, y: 4))
    }

    @Test func `wide-gamut colours are converted to sRGB`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("p3.jpg"))
        // Display P3 has a wider gamut, so the same red has a larger red value in sRGB.
        #expect(try scratch.picture(photo.renditions[0]).isColour([215, 94, 96], atX: 32, y: 32, within: 4))
    }

    @Test func `a CMYK photo is converted to sRGB`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("cmyk.jpg"))
        #expect(try scratch.picture(photo.renditions[0]).isColour([200, 100, 100], atX: 32, y: 32))
    }

    @Test func `a photo with a broken colour profile is accepted`() async throws {
        let scratch = try ScratchFolder()
        var bytes = try Fixture.bytes("p3.jpg")
        let name = try #require(bytes.firstRange(of: Array("ICC_PROFILE\0".utf8)))
        for index in name.upperBound + 2..<name.upperBound + 200 { bytes[index] = 0x5A }
        let photo = try await scratch.render(scratch.file(bytes))
        #expect(try scratch.picture(photo.renditions[0]).isColour([200, 100, 100], atX: 32, y: 32))
    }
}
