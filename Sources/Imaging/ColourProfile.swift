/// An ICC profile of an upload (ICC.1:2022), as far as it must be known before the profile is applied.
struct ColourProfile {
    /// More tags than any profile has.
    private static let maxTagCount = 200

    private let bytes: [UInt8]
    private var tags: [String: ArraySlice<UInt8>] = [:]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var reader = ByteReader(bytes[...])
        guard reader.move(to: 128), let count = reader.number(4) else { return }
        for _ in 0..<min(count, Self.maxTagCount) {
            guard let name = reader.code(), let offset = reader.number(4), let size = reader.number(4),
                offset <= bytes.count, size <= bytes.count - offset
            else { return }
            tags[name] = bytes[offset..<offset + size]
        }
    }

    /// Whether the profile describes pixels with this number of colour channels. A profile of another kind is
    /// ignored: libvips would use only some of the channels.
    func fits(channels: Int) -> Bool {
        let space = bytes.dropFirst(16).prefix(4)
        return switch channels {
        case 1: space.elementsEqual("GRAY".utf8)
        case 3: space.elementsEqual("RGB ".utf8)
        case 4: space.elementsEqual("CMYK".utf8)
        default: false
        }
    }

    /// The conversion of an HDR profile, which needs a tone curve that no profile contains. Nil for all
    /// others.
    var conversion: ColourConversion? {
        if let colour, colour.transferFunction.isHDR { return colour.conversion(limitedRange: false) }
        guard let transfer = transferOfCurve, let red = xyz("rXYZ"), let green = xyz("gXYZ"),
            let blue = xyz("bXYZ"),
            let matrix = Matrix.toSRGB(fromXYZ: Matrix(columns: red, green, blue))
        else { return nil }
        return ColourConversion(transfer: transfer, toSRGB: matrix, isLimitedRange: false)
    }

    /// The tag `cicp` (9.2.17).
    private var colour: CodingColour? {
        guard let tag = tags["cicp"] else { return nil }
        var reader = ByteReader(tag.dropFirst(8))
        guard let primaries = reader.number(1), let transfer = reader.number(1) else { return nil }
        return CodingColour(primaries: primaries, transfer: transfer, isFullRange: true)
    }

    /// Recognises HDR by three samples of the curve of red. One sample can be that of a high gamma, too.
    private var transferOfCurve: TransferFunction? {
        guard let tag = tags["rTRC"], tag.starts(with: "curv".utf8) else { return nil }
        var reader = ByteReader(tag.dropFirst(8))
        guard let count = reader.number(4), count >= 64 else { return nil }
        let curve = reader.rest
        let samples = [1, 2, 3].compactMap { quarter -> (place: Double, light: Double)? in
            let index = count * quarter / 4
            var reader = ByteReader(curve.dropFirst(index * 2))
            return reader.number(2).map { (Double(index) / Double(count - 1), Double($0) / 65_535) }
        }
        guard samples.count == 3 else { return nil }
        return [TransferFunction.perceptualQuantizer, .hybridLogGamma].first { transfer in
            samples.allSatisfy { sample in
                let light = transfer.light(of: sample.place) / transfer.light(of: 1)
                return abs(light - sample.light) < light * 0.1 + 0.0001
            }
        }
    }

    /// A value in XYZ (10.31).
    private func xyz(_ name: String) -> [Double]? {
        guard let tag = tags[name] else { return nil }
        var reader = ByteReader(tag.dropFirst(8))
        let values = (0..<3).compactMap { _ in reader.signed32() }.map { Double($0) / 65_536 }
        return values.count == 3 ? values : nil
    }
}
