/// How the colours of an upload are described.
enum PhotoColour {
    case sRGB
    /// By the ICC profile in the metadata of the image, which libvips applies. CMYK has a usual profile.
    case profile(hasOwn: Bool)
    /// In another way, or by a profile of HDR.
    case conversion(ColourConversion)

    init(of file: PhotoFile, as format: PhotoFormat, header: VipsImage) {
        switch format {
        case .png:
            let png = PNGHeader(of: file)
            self = png.isProfiled ? Self(profileOf: header) : Self(png.conversion)
        case .heif where !header.hasMetadata(Self.profileName):
            let heif = HEIFHeader(of: file)
            // libheif expands the limited range of colours, but not that of pictures without colour.
            let isMonochrome = heif?.isMonochrome ?? false
            self = Self(
                heif?.colour.flatMap { $0.conversion(limitedRange: isMonochrome && !$0.isFullRange) })
        case .jpeg, .webp, .gif, .heif: self = Self(profileOf: header)
        }
    }

    private init(_ conversion: ColourConversion?) {
        self = conversion.map(Self.conversion) ?? .sRGB
    }

    private init(profileOf header: VipsImage) {
        let channels = header.bands - (header.hasAlpha ? 1 : 0)
        let profile = header.metadataBytes(Self.profileName).map(ColourProfile.init)
        if let profile, profile.fits(channels: channels) {
            self = profile.conversion.map(Self.conversion) ?? .profile(hasOwn: true)
        } else {
            self = channels == 4 ? .profile(hasOwn: false) : .sRGB
        }
    }

    private static let profileName = "icc-profile-data"

    /// The number of white, in parts of the greatest number.
    var white: Double {
        if case .conversion(let conversion) = self { conversion.white } else { 1 }
    }
}

extension VipsImage {
    /// Converts the image to sRGB with 8 bits per channel.
    func convertedToSRGB(from colour: PhotoColour) throws(VipsError) -> VipsImage {
        var image = self
        switch colour {
        case .sRGB: break
        case .conversion(let conversion): return try converted(by: conversion)
        case .profile(let hasOwn):
            // CMYK values have no defined colour without a profile, so libvips provides a default profile.
            let isCMYK = bands == 4
            do {
                let fallback = isCMYK ? ",input_profile=cmyk" : ""
                image = try applying(
                    "icc_transform", "output_profile=srgb,embedded=\(hasOwn),depth=8\(fallback)")
            } catch {
                // Ignore a broken profile, unless it is a CMYK image, whose colours would be unknown.
                guard !isCMYK, !error.isOutOfMemory else { throw error }
            }
        }
        return try image.applying("colourspace", "space=srgb").applying("cast", "format=uchar")
    }

    private func converted(by conversion: ColourConversion) throws(VipsError) -> VipsImage {
        let depth = isHighBitDepth ? "rgb16" : "srgb"
        let image = try (bands == 3 ? self : applying("colourspace", "space=\(depth)")).inMemory()
        var output = [UInt8](repeating: 0, count: image.width * image.height * 3)
        if image.isHighBitDepth {
            try image.withNumbers(of: UInt16.self) { conversion.convert($0, to: &output) }
        } else {
            try image.withNumbers(of: UInt8.self) { conversion.convert($0, to: &output) }
        }
        return try VipsImage(pixels: output, width: image.width, height: image.height)
    }
}
