import CVips
import Foundation

/// Renders an uploaded photo.
///
/// Untrusted files must be decoded in a separate process: the server uses ``PhotoProcessor``, whose child
/// process calls this.
package enum PhotoRenderer {
    typealias Size = (width: Int, height: Int)

    /// Renders an open upload into the open output files.
    ///
    /// The renditions are upright, sRGB and opaque, and have no metadata. The photo is decoded once, no
    /// larger than the largest rendition needs.
    /// - Parameters:
    ///   - files: The upload and the empty output files.
    ///   - shape: Whether to render the whole photo or squares.
    ///   - limits: The limits of the photo. The caller enforces those of the process.
    ///   - confine: Called after libvips is loaded, before anything but the signature of the upload is read.
    /// - Returns: The rendered files.
    /// - Throws: ``ImagingError``, or ``RenderFailure`` if the cause is not the photo. The output files may
    ///   then have content.
    static func render(
        _ files: RenderFiles, as shape: PhotoShape, limits: PhotoLimits, confine: () throws -> Void
    ) throws -> RenderedPhoto {
        let input = files.input
        let format = try format(of: input, limits: limits)
        try prepare(for: format)
        try confine()
        do {
            let reader = PhotoReader(file: input, format: format, shape: shape, limits: limits)
            let (decoded, original) = try reader.read()
            var writer = RenditionWriter(files)
            return switch shape {
            case .whole: try renditions(of: decoded, original: original, to: &writer)
            case .square: try squares(of: decoded, original: original, to: &writer)
            }
        } catch let error as VipsError {
            throw error.imagingError
        }
    }

    /// Checks the file size, then returns the format by the first bytes.
    private static func format(of file: PhotoFile, limits: PhotoLimits) throws -> PhotoFormat {
        guard let byteCount = file.byteCount else {
            throw RenderFailure("cannot read the size of the upload")
        }
        guard byteCount <= limits.bytes else {
            throw ImagingError.tooLarge(bytes: byteCount, limit: limits.bytes)
        }
        guard let format = PhotoFormat(signature: file.firstBytes(PhotoFormat.signatureLength)) else {
            throw ImagingError.notAPhoto
        }
        return format
    }

    /// Loads libvips and allows only the loader of the format and the JPEG saver.
    static func prepare(for format: PhotoFormat) throws(RenderFailure) {
        if let problem = cvips_open() { throw RenderFailure("libvips: \(String(cString: problem))") }
        if format == .heif, let problem = cvips_open_heif() {
            throw RenderFailure("libvips-heif: \(String(cString: problem))")
        }
        cvips_allow("VipsForeign", 0)
        cvips_allow(format.loaderClass, 1)
        cvips_allow("VipsForeignSaveJpeg", 1)
        cvips_forbid_untrusted()
    }

    private static func renditions(
        of decoded: VipsImage, original: Size, to writer: inout RenditionWriter
    ) throws -> RenderedPhoto {
        var images: [VipsImage] = []
        for width in RenditionPlan.widths(forOriginal: original.width) {
            // Scaling each rendition from the next larger one takes a quarter less time, with no visible
            // difference.
            let larger = images.last ?? decoded
            let height = RenditionPlan.height(at: width, of: original)
            images.append(try larger.resized(width: width, height: height).inMemory())
        }
        let renditions = try images.map { try writer.save($0, as: RenditionPlan.fileName(width: $0.width)) }

        let side = RenditionPlan.thumbnailSide
        let large = images.last { min($0.width, $0.height) >= side } ?? decoded
        let square = try large.croppedToMaximumAspectRatio()
            .applying("thumbnail_image", "width=\(side),height=\(side),crop=attention")
        let thumbnail = try writer.save(square.inMemory(), as: RenditionPlan.thumbnailName)

        return RenderedPhoto(
            width: original.width, height: original.height,
            blurhash: try blurhash(of: images.last ?? decoded),
            renditions: renditions, thumbnail: thumbnail)
    }

    private static func squares(
        of decoded: VipsImage, original: Size, to writer: inout RenditionWriter
    ) throws -> RenderedPhoto {
        let sides = RenditionPlan.squareSides(forOriginal: original)
        let largest = try decoded.croppedToMaximumAspectRatio()
            .applying("thumbnail_image", "width=\(sides[0]),height=\(sides[0]),crop=attention").inMemory()
        var images = [largest]
        for side in sides.dropFirst() {
            images.append(try (images.last ?? largest).resized(width: side, height: side).inMemory())
        }
        let side = RenditionPlan.thumbnailSide
        guard let small = images.first(where: { $0.width == side }) else {
            throw RenderFailure("the plan has no thumbnail")
        }
        let renditions = try images.filter { $0.width != side }
            .map { try writer.save($0, as: RenditionPlan.fileName(width: $0.width)) }
        let thumbnail = try writer.save(small, as: RenditionPlan.thumbnailName)
        return RenderedPhoto(
            width: original.width, height: original.height, blurhash: try blurhash(of: largest),
            renditions: renditions,
            thumbnail: thumbnail)
    }

    private static func blurhash(of image: VipsImage) throws(VipsError) -> String {
        let longest = max(image.width, image.height)
        let scale = min(1, 32 / Double(longest))
        let (width, height) = (
            max(1, Int(Double(image.width) * scale)), max(1, Int(Double(image.height) * scale))
        )
        let small = try image.resized(width: width, height: height).inMemory()
        let (x, y) = image.width >= image.height ? (4, 3) : (3, 4)
        return try Blurhash(pixels: small.pixels(), width: width, height: height).encoded(
            xComponents: x, yComponents: y)
    }
}

extension VipsImage {
    /// Returns the middle of an image whose aspect ratio exceeds 8:1. Without this, enlarging the short side
    /// to fit a square would make the image huge.
    fileprivate func croppedToMaximumAspectRatio() throws(VipsError) -> VipsImage {
        let (width, height) = (min(self.width, self.height * 8), min(self.height, self.width * 8))
        guard width < self.width || height < self.height else { return self }
        let (left, top) = ((self.width - width) / 2, (self.height - height) / 2)
        return try applying("extract_area", "left=\(left),top=\(top),width=\(width),height=\(height)")
            .inMemory()
    }
}
