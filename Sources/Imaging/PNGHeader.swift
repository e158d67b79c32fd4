/// What Imaging reads itself from the chunks before the pixels of a PNG file (PNG, third edition, 11.3.2),
/// because libvips ignores it.
struct PNGHeader {
    private static let maxChunkCount = 1000

    /// Whether the file has an ICC profile.
    private(set) var hasProfile = false
    private(set) var isSRGB = false
    private(set) var colour: CodingColour?
    /// The exponent of the encoding, such as 0.45455.
    private(set) var gamma: Double?
    private(set) var chromaticities: Chromaticities?

    init(of file: PhotoFile) {
        self.init { file.bytes(at: $0, count: $1) }
    }

    /// - Parameter read: Returns bytes of the file, by position and count.
    init(_ read: (Int, Int) -> [UInt8]) {
        var position = 8
        for _ in 0..<Self.maxChunkCount {
            var reader = ByteReader(read(position, 40)[...])
            guard let length = reader.number(4), let type = reader.code(), type != "IDAT", type != "IEND"
            else { return }
            add(type, reader.take(min(length, reader.rest.count)) ?? [])
            position += length + 12
        }
    }

    private mutating func add(_ type: String, _ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content)
        switch type {
        case "iCCP": hasProfile = true
        case "sRGB": isSRGB = true
        case "cICP":
            guard let primaries = reader.number(1), let transfer = reader.number(1), reader.number(1) == 0,
                let isFullRange = reader.number(1)
            else { return }
            let described = CodingColour(
                primaries: primaries, transfer: transfer, isFullRange: isFullRange != 0,
                television: .gamma(2.4))
            colour = described.isUsable ? described : nil
        case "gAMA":
            guard let value = reader.number(4), (1_000...1_000_000).contains(value) else { return }
            gamma = Double(value) / 100_000
        case "cHRM":
            let values = (0..<8).compactMap { _ in reader.number(4) }.map { Double($0) / 100_000 }
            guard values.count == 8, values.allSatisfy({ $0 <= 1 }) else { return }
            chromaticities = Chromaticities(
                red: (values[2], values[3]), green: (values[4], values[5]), blue: (values[6], values[7]),
                white: (values[0], values[1]))
        default: break
        }
    }

    /// Whether the ICC profile counts. Of several descriptions, the first of `cICP`, the profile, `sRGB` and
    /// `gAMA` does (4.3).
    var isProfiled: Bool { colour == nil && hasProfile }

    /// The conversion that the pixels need, or nil if they are sRGB or have an ICC profile.
    var conversion: ColourConversion? {
        if let colour { return colour.conversion(limitedRange: !colour.isFullRange) }
        guard !hasProfile, !isSRGB, let gamma else { return nil }
        let exponent = 1 / gamma
        if let matrix = chromaticities?.toSRGB {
            return ColourConversion(transfer: .gamma(exponent), toSRGB: matrix, isLimitedRange: false)
        }
        // Programs that mean sRGB write 0.45455. A difference that nobody sees needs no conversion.
        guard abs(exponent / 2.2 - 1) >= 0.05 else { return nil }
        return ColourConversion(transfer: .gamma(exponent), toSRGB: .identity, isLimitedRange: false)
    }
}
