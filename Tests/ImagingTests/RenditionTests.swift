import Testing

@testable import Imaging

struct RenditionTests {
    @Test(arguments: [
        (4000, 3000, [1440, 1080, 640, 320]), (1441, 900, [1440, 1080, 640, 320]),
        (1440, 1080, [1440, 1080, 640, 320]), (1439, 1079, [1439, 1080, 640, 320]),
        (1080, 1350, [1080, 640, 320]), (700, 70, [700, 640, 320]), (320, 320, [320]), (319, 500, [319]),
        (1, 1, [1]), (2, 3, [2]), (1, 16_000, [1]), (16_000, 1, [1440, 1080, 640, 320]),
        (3000, 16_384, [1440, 1080, 640, 320]), (16_384, 150, [1440, 1080, 640, 320]),
    ])
    func `a photo gets renditions no wider than itself, and a square thumbnail`(
        width: Int, height: Int, widths: [Int]
    ) async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(scratch.plainPhoto(width: width, height: height))
        #expect(photo.width == width && photo.height == height)
        #expect(photo.renditions.map(\.width) == widths)
        #expect(try scratch.outputNames() == photo.files.map(\.fileName).sorted())
        #expect(photo.thumbnail.fileName == "thumb.jpg")
        #expect(photo.thumbnail.width == 320 && photo.thumbnail.height == 320)
        for file in photo.files {
            let picture = try scratch.picture(file)
            #expect(picture.width == file.width && picture.height == file.height)
            let bytes = try scratch.bytes("\(scratch.output)/\(file.fileName)")
            #expect(bytes.count == file.byteCount)
        }
        for rendition in photo.renditions {
            let exact = Double(height) * Double(rendition.width) / Double(width)
            #expect(abs(Double(rendition.height) - max(1, exact)) <= 0.5)
        }
    }

    @Test func `the blurhash has more rows for a portrait and more columns for a landscape`() async throws {
        let scratch = try ScratchFolder()
        let portrait = try await scratch.render(scratch.plainPhoto(width: 80, height: 120))
        #expect(portrait.blurhash.first == "T")
        let other = try ScratchFolder()
        #expect(try await other.render(Fixture.path("cat.jpg")).blurhash.first == "L")
    }

    @Test func `a rendered photo is a JPEG and has two files`() async throws {
        let scratch = try ScratchFolder()
        let photo = try await scratch.render(Fixture.path("cat.png"))
        #expect(RenderedPhoto.contentType == "image/jpeg" && RenderedPhoto.fileType == "jpg")
        #expect(photo.files.count == 2)
    }

    @Test(arguments: [(1200, 900, [640, 96]), (700, 640, [640, 96]), (500, 900, [96]), (60, 40, [96])])
    func `a profile picture is rendered only as squares`(_ width: Int, _ height: Int, _ sides: [Int])
        async throws
    {
        let scratch = try ScratchFolder()
        let photo = try await PhotoProcessor.forTests().process(
            scratch.plainPhoto(width: width, height: height), into: scratch.output, as: .square)
        #expect(photo.width == width && photo.height == height)
        #expect(photo.renditions.map(\.width) == sides && photo.renditions.map(\.height) == sides)
        #expect(photo.thumbnail.width == 320 && photo.thumbnail.height == 320)
    }
}
