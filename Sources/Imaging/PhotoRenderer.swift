import CVips

/// Makes a photo's renditions with libvips: upright, in sRGB, without any metadata, all from one decode.
///
/// It runs in a process of its own (see ``PhotoProcessor``): what it decodes comes from strangers.
package struct PhotoRenderer {
    /// Widths of the renditions; a photo has those below its own width, and its own where that is the widest.
    package static let widths = [1440, 1080, 640, 320]
    package static let thumbnailSide = 320
    private static let quality: Int32 = 80

    /// libvips starts once in a process.
    private static let isStarted = cvips_start("isntgram") == 0

    let limits: PhotoLimits

    package init(limits: PhotoLimits) { self.limits = limits }

    /// - Throws: ``ImagingError``; what it wrote into the folder by then stays there.
    package func render(_ file: String, into folder: String) throws(ImagingError) -> RenderedPhoto {
        guard Self.isStarted else { throw .tooComplex }
        let size = try measure(file)
        let widest = min(size.width, Self.widths[0])
        let decoded = try Image.make { cvips_thumbnail(file, &$0, Int32(widest)) }
        let image = try decoded.opaque().copied()
        let widths = [widest] + Self.widths.filter { $0 < widest }
        var renditions: [RenderedPhoto.Rendition] = []
        // Each is scaled from the one before, not from the first: the work shrinks with the pictures.
        var scaled = image
        var source = image
        for width in widths {
            if width < widest {
                let wider = scaled
                scaled = try Image.make { cvips_scale(wider.pointer, &$0, Int32(width)) }.copied()
            }
            renditions.append(try save(scaled, name: String(width), in: folder))
            if min(scaled.width, scaled.height) >= Self.thumbnailSide { source = scaled }
        }
        let square = try Image.make { cvips_square(source.pointer, &$0, Int32(Self.thumbnailSide)) }
        return RenderedPhoto(
            width: size.width, height: size.height, blurhash: try blurhash(of: scaled, size), renditions: renditions,
            thumbnail: try save(square, name: "thumb", in: folder))
    }

    /// Reads the header alone, and refuses what would be too much to decode.
    private func measure(_ file: String) throws(ImagingError) -> (width: Int, height: Int) {
        guard vips_foreign_find_load(file) != nil, let pointer = cvips_open(file) else { throw .notAPhoto }
        let header = Image(pointer)
        let width = Int(vips_image_get_width(pointer))
        let height = Int(vips_image_get_page_height(pointer))
        let frames = max(1, Int64(vips_image_get_n_pages(pointer)))
        guard Int64(width) * Int64(height) * frames <= limits.pixels else {
            throw .tooManyPixels(width: width, height: height, limit: limits.pixels)
        }
        guard max(width, height) <= limits.side else {
            throw .sideTooLong(width: width, height: height, limit: limits.side)
        }
        // EXIF orientations 5 to 8 lie on their side.
        let isOnItsSide = vips_image_get_orientation(header.pointer) >= 5
        return isOnItsSide ? (height, width) : (width, height)
    }

    private func save(_ image: Image, name: String, in folder: String) throws(ImagingError) -> RenderedPhoto.Rendition {
        let fileName = "\(name).\(RenderedPhoto.fileType)"
        guard cvips_save_jpeg(image.pointer, "\(folder)/\(fileName)", Self.quality) == 0 else { throw .damaged }
        return RenderedPhoto.Rendition(fileName: fileName, width: image.width, height: image.height)
    }

    private func blurhash(of image: Image, _ size: (width: Int, height: Int)) throws(ImagingError) -> String {
        let side = 32
        let small = try Image.make { cvips_colours(image.pointer, &$0, Int32(side)) }
        var count = 0
        guard let bytes = vips_image_write_to_memory(small.pointer, &count) else { throw .damaged }
        defer { g_free(bytes) }
        let pixels = Array(UnsafeRawBufferPointer(start: bytes, count: count))
        let components = size.width >= size.height ? (x: 4, y: 3) : (x: 3, y: 4)
        return Blurhash.encode(pixels, width: side, height: side, components: components)
    }
}

/// An image of libvips, given back with its last user.
private final class Image {
    let pointer: UnsafeMutablePointer<VipsImage>

    init(_ pointer: UnsafeMutablePointer<VipsImage>) { self.pointer = pointer }

    deinit { g_object_unref(pointer) }

    var width: Int { Int(vips_image_get_width(pointer)) }
    var height: Int { Int(vips_image_get_height(pointer)) }

    static func make(
        _ operation: (inout UnsafeMutablePointer<VipsImage>?) -> Int32
    ) throws(ImagingError) -> Image {
        var out: UnsafeMutablePointer<VipsImage>?
        guard operation(&out) == 0, let out else { throw .damaged }
        return Image(out)
    }

    /// Three bands of eight bits, what was transparent on white.
    func opaque() throws(ImagingError) -> Image {
        let flat = vips_image_hasalpha(pointer) == 0 ? self : try Image.make { cvips_flatten(pointer, &$0) }
        return try Image.make { cvips_srgb(flat.pointer, &$0) }
    }

    /// The pixels in memory: decoded once, whatever is made of them.
    func copied() throws(ImagingError) -> Image {
        guard let copy = vips_image_copy_memory(pointer) else { throw .damaged }
        return Image(copy)
    }
}
