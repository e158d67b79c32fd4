import CVips
import Foundation

/// Turns an uploaded file into the files that are kept.
///
/// Decoding untrusted bytes belongs in a process of its own: the server uses ``PhotoProcessor``, whose child process
/// calls this.
package enum PhotoRenderer {
    private typealias Size = (width: Int, height: Int)

    /// Renders the photo that is open into the files that are open for it.
    ///
    /// What is kept is upright, sRGB, opaque, and without any metadata. All is made from one decoding, which is no
    /// larger than the largest file needs.
    /// - Parameters:
    ///   - files: The upload, and empty files for what it becomes.
    ///   - shape: Whether it is kept whole or as squares.
    ///   - limits: What the photo may cost; those of the process are the caller's to keep.
    ///   - confine: Called once libvips is open, before any byte of the file but its signature is read.
    /// - Returns: What the files are.
    /// - Throws: ``ImagingError``, or ``RenderFailure`` where the photo is not to blame. Files may be left then.
    static func render(
        _ files: RenderFiles, as shape: PhotoShape, limits: PhotoLimits, confine: () throws -> Void
    ) throws -> RenderedPhoto {
        let input = files.input
        let format = try format(of: input, limits: limits)
        try prepare(for: format)
        try confine()
        do {
            let header = try VipsImage.load(input, format.loader)
            let original = try size(of: header, as: format, limits: limits)
            let width = RenditionPlan.decodedWidth(of: original, as: shape)
            let decoded = try decode(input, as: format, header: header, original: original, width: width)
            var writer = RenditionWriter(files)
            return switch shape {
            case .whole: try renditions(of: decoded, original: original, to: &writer)
            case .square: try squares(of: decoded, original: original, to: &writer)
            }
        } catch let error as VipsError {
            throw error.isOutOfMemory ? .tooComplex : ImagingError.damaged(error.reason)
        }
    }

    /// What the file is, by its first bytes, once its size keeps the limit.
    private static func format(of file: PhotoFile, limits: PhotoLimits) throws -> PhotoFormat {
        guard let byteCount = file.byteCount else { throw RenderFailure("cannot look at the upload") }
        guard byteCount <= limits.bytes else {
            throw ImagingError.tooLarge(bytes: byteCount, limit: limits.bytes)
        }
        guard let format = PhotoFormat(signature: file.beginning(PhotoFormat.signatureLength)) else {
            throw ImagingError.notAPhoto
        }
        return format
    }

    /// Opens libvips with one way in, the format's, and one way out.
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

    /// The sides of the upright original, once its header keeps the limits.
    private static func size(of header: VipsImage, as format: PhotoFormat, limits: PhotoLimits) throws -> Size
    {
        let (width, height) = (header.width, header.height)
        let side = max(width, height)
        guard side <= limits.side else { throw ImagingError.sideTooLong(side: side, limit: limits.side) }
        // Only the first frame is decoded. The further images of a HEIF file are other photos, not frames, and cost
        // nothing.
        let frames = format == .heif ? 1 : max(1, header.metadata("n-pages", otherwise: 1))
        let (pixels, overflow) = (width * height).multipliedReportingOverflow(by: frames)
        guard !overflow, pixels <= limits.pixels else {
            throw ImagingError.tooManyPixels(
                width: width, height: height, frames: frames, limit: limits.pixels)
        }
        return header.swapsAxes ? (height, width) : (width, height)
    }

    /// The photo upright, sRGB, opaque, 8 bits a channel, as large as the largest file needs, in memory.
    private static func decode(
        _ input: PhotoFile, as format: PhotoFormat, header: VipsImage, original: Size, width: Int
    ) throws(VipsError) -> VipsImage {
        let height = RenditionPlan.height(at: width, of: original)
        let lies = header.swapsAxes
        var image = try VipsImage.load(
            input, format.loader, format.loadOptions(original.width, reducedTo: width))
        // Onto white first: colours under transparent pixels must not bleed into their neighbours.
        if image.hasAlpha {
            image = try image.applying("flatten", "background=\(image.isDeep ? 65_535 : 255)")
        }
        image = try image.resized(width: lies ? height : width, height: lies ? width : height).inMemory()
        image = try image.applying("autorot", "")
        return try image.inStandardColours().inMemory()
    }

    private static func renditions(
        of decoded: VipsImage, original: Size, to writer: inout RenditionWriter
    ) throws -> RenderedPhoto {
        var images: [VipsImage] = []
        for width in RenditionPlan.widths(forOriginal: original.width) {
            // Each from the next larger: nobody sees the difference, and it takes a quarter less time.
            let larger = images.last ?? decoded
            let height = RenditionPlan.height(at: width, of: original)
            images.append(try larger.resized(width: width, height: height).inMemory())
        }
        let renditions = try images.map { try writer.save($0, as: RenditionPlan.fileName(width: $0.width)) }

        let side = RenditionPlan.thumbnailSide
        let large = images.last { min($0.width, $0.height) >= side } ?? decoded
        let square = try large.withoutFarEnds()
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
        let largest = try decoded.withoutFarEnds()
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
        let (across, down) = image.width >= image.height ? (4, 3) : (3, 4)
        return try Blurhash(pixels: small.pixels(), width: width, height: height).text(
            across: across, down: down)
    }
}

extension VipsImage {
    /// EXIF orientations 5 to 8: width and height change places when it is turned upright.
    fileprivate var swapsAxes: Bool { metadata("orientation", otherwise: 1) >= 5 }

    /// The middle of an image far longer than wide: enlarged until its short side fits a square, all of it would be
    /// gigantic.
    fileprivate func withoutFarEnds() throws(VipsError) -> VipsImage {
        let (width, height) = (min(self.width, self.height * 8), min(self.height, self.width * 8))
        guard width < self.width || height < self.height else { return self }
        let (left, top) = ((self.width - width) / 2, (self.height - height) / 2)
        return try applying("extract_area", "left=\(left),top=\(top),width=\(width),height=\(height)")
            .inMemory()
    }

    /// The image in sRGB, 8 bits a channel, by its own colour profile where it has one.
    fileprivate func inStandardColours() throws(VipsError) -> VipsImage {
        var image = self
        // Inks mean no colour without a profile: libvips has a common one.
        let isInk = bands == 4
        if isInk || has("icc-profile-data") {
            do {
                let fallback = isInk ? ",input_profile=cmyk" : ""
                image = try applying("icc_transform", "output_profile=srgb,embedded=true,depth=8\(fallback)")
            } catch {
                // A broken profile is no reason to refuse a photo, unless there is no other way to know its colours.
                guard !isInk, !error.isOutOfMemory else { throw error }
            }
        }
        return try image.applying("colourspace", "space=srgb").applying("cast", "format=uchar")
    }
}

extension VipsError {
    /// What a person may see of it: the first line, without control characters. It names no path, as libvips
    /// knows none.
    fileprivate var reason: String { ImagingError.plain(String(text.split(separator: "\n").first ?? "")) }
}
