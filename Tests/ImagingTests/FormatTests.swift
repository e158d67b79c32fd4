import Testing

@testable import Imaging

struct FormatTests {
    @Test(arguments: [
        "cat.png", "cat.webp", "cat.gif", "cat.heic", "cat.avif", "deep.png", "grey.jpg", "metadata.jpg",
    ])
    func `every supported format gives the same renditions`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        #expect(photo.width == 120 && photo.height == 80)
        #expect(photo.renditions.map(\.fileName) == ["120.jpg"])
        #expect(try scratch.outputNames() == ["120.jpg", "thumb.jpg"])
        #expect(photo.blurhash.hasPrefix("L") && photo.blurhash.count == 28)
        let picture = try scratch.picture(photo.renditions[0])
        #expect(picture.width == 120 && picture.height == 80)
        // The colour of the cat's nose.
        let nose = name == "grey.jpg" ? [131, 131, 131] : [175, 116, 86]
        #expect(picture.isColour(nose, atX: 63, y: 42, within: 40))
    }

    @Test func `the content of a file decides its format, not its name`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(scratch.file(Fixture.bytes("cat.webp"), named: "photo[1].png"))
        #expect(photo.width == 120)
    }

    @Test(arguments: [
        "Once upon a time there was a photo.",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>",
        "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>",
        "II*\0\u{8}\0\0\0", "MM\0*\0\0\0\u{8}", "%PDF-1.7", "P6 1 1 255 abc", "#?RADIANCE\n", "1 1\n1\n", "",
        "RIFF",
        "RIFF1234WAVE",
        "\0\0\0\u{1C}ftypmp42", "GIF88a",
    ])
    func `any other file is rejected as not a photo, whatever its name`(text: String) async throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file(text.utf8, named: "photo.jpg")
        await #expect(throws: ImagingError.notAPhoto) { try await scratch.render(file) }
        #expect(try scratch.outputNames() == [])
    }

    @Test(arguments: ["animation.gif", "animation.webp"])
    func `an animation is rendered as its first frame`(name: String) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path(name))
        #expect(photo.width == 60 && photo.height == 40)
        #expect(try scratch.picture(photo.renditions[0]).isColour([255, 0, 0], atX: 30, y: 20))
    }
}
