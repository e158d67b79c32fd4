/// The supported photo formats, recognised by their first bytes alone.
enum PhotoFormat: CaseIterable {
    case jpeg, png, webp, gif, heif

    /// The number of bytes needed to recognise a format.
    static let signatureLength = 12

    /// The brands that libvips opens. HEIC and AVIF share one container format, ISO/IEC 23008-12.
    private static let heifBrands: Set<String> = [
        "heic", "heix", "hevc", "heim", "heis", "hevm", "hevs", "mif1", "msf1", "avif",
    ]

    /// Creates the format of a file that begins with these bytes. Returns nil if the format is not supported.
    init?(signature bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if bytes.count >= 12, bytes.starts(with: "RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8)
        {
            self = .webp
        } else if bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8),
            Self.heifBrands.contains(String(decoding: bytes[8..<12], as: UTF8.self))
        {
            self = .heif
        } else {
            return nil
        }
    }

    /// The libvips operation that reads this format from an open file.
    var loader: String {
        switch self {
        case .jpeg: "jpegload_source"
        case .png: "pngload_source"
        case .webp: "webpload_source"
        case .gif: "gifload_source"
        case .heif: "heifload_source"
        }
    }

    /// The base class of all libvips operations that read this format.
    var loaderClass: String {
        switch self {
        case .jpeg: "VipsForeignLoadJpeg"
        case .png: "VipsForeignLoadPng"
        case .webp: "VipsForeignLoadWebp"
        case .gif: "VipsForeignLoadNsgif"
        case .heif: "VipsForeignLoadHeif"
        }
    }

    /// The loader options that reduce the image while it is decoded, to no less than `minimumWidth`.
    ///
    /// Empty for formats that cannot be reduced.
    func loadOptions(width: Int, minimumWidth: Int) -> String {
        switch self {
        case .jpeg:
            // Scaling by powers of two in the decoder saves most of the decoding time.
            "shrink=\([8, 4, 2].first { width / $0 >= minimumWidth } ?? 1)"
        case .webp: "scale=\(Double(minimumWidth) / Double(width))"
        case .png, .gif, .heif: ""
        }
    }
}
