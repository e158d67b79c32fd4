/// The formats taken, told by their first bytes alone.
enum PhotoFormat: CaseIterable {
    case jpeg, png, webp, gif, heif

    /// Bytes needed to tell.
    static let signatureLength = 12

    /// HEIC and AVIF are one container, ISO/IEC 23008-12; these are the brands that libvips opens.
    private static let heifBrands: Set<String> = [
        "heic", "heix", "hevc", "heim", "heis", "hevm", "hevs", "mif1", "msf1", "avif",
    ]

    /// The format of a file that begins with these bytes; nil for any other.
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

    /// libvips' operation that reads it from an open file.
    var loader: String {
        switch self {
        case .jpeg: "jpegload_source"
        case .png: "pngload_source"
        case .webp: "webpload_source"
        case .gif: "gifload_source"
        case .heif: "heifload_source"
        }
    }

    /// The class of all libvips' operations that read it.
    var loaderClass: String {
        switch self {
        case .jpeg: "VipsForeignLoadJpeg"
        case .png: "VipsForeignLoadPng"
        case .webp: "VipsForeignLoadWebp"
        case .gif: "VipsForeignLoadNsgif"
        case .heif: "VipsForeignLoadHeif"
        }
    }

    /// What makes the loader give fewer pixels, at least `reduced` wide, where the format can.
    func loadOptions(_ width: Int, reducedTo reduced: Int) -> String {
        switch self {
        case .jpeg:
            // The decoder's own scaling by powers of two saves most of its time.
            "shrink=\([8, 4, 2].first { width / $0 >= reduced } ?? 1)"
        case .webp: "scale=\(Double(reduced) / Double(width))"
        case .png, .gif, .heif: ""
        }
    }
}
