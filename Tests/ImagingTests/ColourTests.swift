import Testing

@testable import Imaging

struct ColourTests {
    @Test(arguments: ["alpha.png", "alpha.webp", "deep-alpha.png"])
    func `what is transparent becomes white`(name: String) async throws {
        let workshop = try Workshop()
        let photo = try await workshop.render(Fixture.path(name))
        let picture = try workshop.picture(photo.renditions[0])
        #expect(picture.isColour([0, 0, 255], atX: 10, y: 20))
        #expect(picture.isColour([255, 255, 255], atX: 60, y: 20))
    }

    @Test func `wide-gamut colours become sRGB`() async throws {
        let workshop = try Workshop()
        let photo = try await workshop.render(Fixture.path("p3.jpg"))
        // Reds of Display P3 lie further out: the same red has more of it in sRGB.
        #expect(try workshop.picture(photo.renditions[0]).isColour([215, 94, 96], atX: 32, y: 32, within: 4))
    }

    @Test func `printing inks become sRGB`() async throws {
        let workshop = try Workshop()
        let photo = try await workshop.render(Fixture.path("cmyk.jpg"))
        #expect(try workshop.picture(photo.renditions[0]).isColour([200, 100, 100], atX: 32, y: 32))
    }

    @Test func `a broken colour profile does not refuse the photo`() async throws {
        let workshop = try Workshop()
        var bytes = try Fixture.bytes("p3.jpg")
        let name = try #require(bytes.firstRange(of: Array("ICC_PROFILE\0".utf8)))
        for place in name.upperBound + 2..<name.upperBound + 200 { bytes[place] = 0x5A }
        let photo = try await workshop.render(workshop.file(bytes))
        #expect(try workshop.picture(photo.renditions[0]).isColour([200, 100, 100], atX: 32, y: 32))
    }
}
