/// The supported photo formats, recognised by their first bytes alone.
enum PhotoFormat: CaseIterable {
    case jpeg, png, webp, gif, heif

    /// The number of bytes needed to recognise a format.
    static let signatureLength = 256

    /// The brands of HEIC and AVIF, which share one container format, ISO/IEC 23008-12. Any of the brands of
    /// a file may be one of these.
    private static let heifBrands: Set<String> = [
        "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "mif2", "msf1", "miaf",
        "avif", "avis",
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
        } else if !Self.heifBrands.isDisjoint(with: Self.brands(in: bytes)) {
            self = .heif
        } else {
            return nil
        }
    }

    /// The brands of a file in the ISO base media format: the major one, and after a version the others.
    static func brands(in bytes: [UInt8]) -> [String] {
        var reader = ByteReader(bytes[...])
        guard let size = reader.number(4), reader.code() == "ftyp", let major = reader.code(),
            reader.take(4) != nil
        else { return [] }
        var brands = [major]
        while reader.position + 4 <= size, let brand = reader.code() { brands.append(brand) }
        return brands
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

    /// Which faults of the file end its decoding (`VipsFailOn`). Every complaint about a JPEG does, because
    /// its decoder only complains about missing pixels.
    var failOn: String { self == .jpeg ? "warning" : "truncated" }

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
