/// Decodes an upload: upright, sRGB, opaque, 8 bits per channel, and as large as the largest rendition needs.
struct PhotoReader {
    let file: PhotoFile
    let format: PhotoFormat
    let shape: PhotoShape
    let limits: PhotoLimits

    /// The part of an incomplete picture that must be there (see README.md).
    static let requiredFraction = 0.95

    /// The file, or a copy of it that was changed.
    private enum Source {
        case file(PhotoFile)
        case bytes([UInt8])

        func load(_ format: PhotoFormat, failOn: String, _ options: String = "") throws(VipsError)
            -> VipsImage
        {
            let options = "fail_on=\(failOn)\(options.isEmpty ? "" : ",")\(options)"
            return switch self {
            case .file(let file): try VipsImage.load(file, format.loader, options)
            case .bytes(let bytes): try VipsImage.load(bytes, format.loader, options)
            }
        }
    }

    /// The decoded photo, and the size of the upright original.
    typealias Photo = (image: VipsImage, original: PhotoRenderer.Size)

    /// Decodes the photo.
    /// - Throws: ``ImagingError``, ``VipsError``.
    func read() throws -> Photo {
        switch format {
        case .jpeg: try readJPEG()
        case .png: try readPNG()
        case .webp: try readWebP()
        case .gif: try readGIF()
        case .heif: try readHEIF()
        }
    }

    // MARK: Complete and incomplete files

    private func readJPEG() throws -> Photo {
        VipsError.clear()
        let photo = try decoded(.file(file))
        // libvips does not end with an error if the decoder complains about the last rows only.
        let isWhole = !VipsError.clear() && photo != nil
        guard var completeness = JPEGCompleteness(file.allBytes()) else {
            return try photo ?? read(.file(file), failOn: "truncated")
        }
        if let photo, isWhole, !completeness.mayBePadded { return photo }
        let fraction = try completeness.fraction()
        guard fraction >= completeness.requiredFraction else { throw ImagingError.incomplete }
        if let photo, isWhole, fraction == 1 { return photo }
        return try read(.bytes(completeness.completed), failOn: "none")
    }

    /// Returns nil if the decoder complains.
    private func decoded(_ source: Source) throws -> Photo? {
        do {
            return try read(source, failOn: format.failOn)
        } catch let error as VipsError where !error.isOutOfMemory {
            return nil
        }
    }

    private func readPNG() throws -> Photo {
        do {
            return try read(.file(file), failOn: format.failOn)
        } catch let error as VipsError where !error.isOutOfMemory {
            guard let photo = PNGCompleteness(file.allBytes(), required: Self.requiredFraction) else {
                throw error
            }
            guard photo.fraction >= Self.requiredFraction else { throw ImagingError.incomplete }
            return try read(.bytes(photo.completed), failOn: format.failOn)
        }
    }

    private func readWebP() throws -> Photo {
        let picture = WebPPicture(file.allBytes())
        if let bytes = picture.withoutRepeatedEnd, try decoded(.bytes(bytes)) != nil {
            throw ImagingError.incomplete
        }
        do {
            return try read(.file(file), failOn: format.failOn)
        } catch let error as VipsError where !error.isOutOfMemory {
            guard let bytes = picture.withoutCutChunk else { throw error }
            return try read(.bytes(bytes), failOn: format.failOn)
        }
    }

    private func readGIF() throws -> Photo {
        guard let picture = GIFPicture(file.allBytes(), pixelLimit: limits.pixels) else {
            return try read(.file(file), failOn: format.failOn)
        }
        guard picture.fraction >= Self.requiredFraction else { throw ImagingError.incomplete }
        return try read(.bytes(picture.completed), failOn: format.failOn)
    }

    private func readHEIF() throws -> Photo {
        if HEIFHeader(of: file)?.isPadded(in: file) == true { throw ImagingError.incomplete }
        return try read(HEIFHeader.corrected(file).map(Source.bytes) ?? .file(file), failOn: format.failOn)
    }

    // MARK: Decoding

    private func read(_ source: Source, failOn: String) throws -> Photo {
        let header = try source.load(format, failOn: failOn)
        let original = try size(of: header)
        let width = RenditionPlan.decodedWidth(of: original, as: shape)
        let height = RenditionPlan.height(at: width, of: original)
        let swapsAxes = header.swapsAxes
        let colour = PhotoColour(of: file, as: format, header: header)
        var image = try source.load(
            format, failOn: failOn, format.loadOptions(width: original.width, minimumWidth: width))
        // Flatten onto white before scaling, so that the colours of transparent pixels do not bleed into
        // their neighbours.
        if image.hasAlpha {
            let white = (colour.white * (image.isHighBitDepth ? 65_535 : 255)).rounded()
            image = try image.applying("flatten", "background=\(white)")
        }
        image = try image.resized(width: swapsAxes ? height : width, height: swapsAxes ? width : height)
            .inMemory()
        image = try image.applying("autorot", "")
        return (try image.convertedToSRGB(from: colour).inMemory(), original)
    }

    /// Checks the limits by the header, then returns the size of the upright original. Only the first picture
    /// of a file is decoded, so only its pixels count.
    private func size(of header: VipsImage) throws -> PhotoRenderer.Size {
        let (width, height) = (header.width, header.height)
        let side = max(width, height)
        guard side <= limits.side else { throw ImagingError.sideTooLong(side: side, limit: limits.side) }
        guard width * height <= limits.pixels else {
            throw ImagingError.tooManyPixels(width: width, height: height, limit: limits.pixels)
        }
        return header.swapsAxes ? (height, width) : (width, height)
    }
}

extension VipsImage {
    /// Whether rotating the image upright swaps width and height, which is so for EXIF orientations 5 to 8.
    fileprivate var swapsAxes: Bool { metadata("orientation", default: 1) >= 5 }
}

extension VipsError {
    /// The reason for the person who uploaded the photo.
    var imagingError: ImagingError {
        if isOutOfMemory { return .tooComplex }
        let lacks = [
            "bad dimensions", "bad image dimensions", "Unsupported", "supported brands", "No 'meta' box",
        ]
        return lacks.contains { text.contains($0) } ? .unsupported : .damaged(reason)
    }

    /// The part of the error that people may see: the first line, without control characters. It contains no
    /// path, because libvips is only given open files. A failed seek is how the HEIF decoder finds the end of
    /// the file, and no reason.
    private var reason: String {
        let line = text.split(separator: "\n").first { !$0.contains("bad seek") }
        return ImagingError.printableASCII(String(line ?? ""))
    }
}
