/// The colour description in the headers of HEVC, which a HEIC file may have instead of a `colr` box.
enum VideoColour {
    /// Returns the description of a decoder configuration record (`hvcC`, ISO/IEC 14496-15, 8.3.3.1).
    static func description(inHEVC record: ArraySlice<UInt8>) -> CodingColour? {
        var reader = ByteReader(record)
        guard reader.move(to: 22), let arrays = reader.number(1) else { return nil }
        for _ in 0..<arrays {
            guard let type = reader.number(1), let count = reader.number(2) else { return nil }
            for _ in 0..<count {
                guard let length = reader.number(2), let unit = reader.take(length) else { return nil }
                if type & 0x3F == 33 { return description(inParameterSet: unit) }
            }
        }
        return nil
    }

    /// Reads a sequence parameter set (ITU-T H.265, 7.3.2.2) as far as its colour description (E.2.1).
    private static func description(inParameterSet unit: ArraySlice<UInt8>) -> CodingColour? {
        var bits = BitReader(withoutEmulationPrevention(unit))
        guard bits.skip(20), let maxSubLayer = bits.number(3), bits.skip(1),
            skipProfile(&bits, maxSubLayer: maxSubLayer),
            let pictureOrderBits = skipPictureFormat(&bits, maxSubLayer: maxSubLayer),
            skipCodingTools(&bits),
            skipReferencePictures(&bits, pictureOrderBits: pictureOrderBits),
            bits.skip(2), bits.flag() == true
        else { return nil }
        // The aspect ratio, whose value 255 is followed by two numbers, and the overscan flags.
        guard let hasAspectRatio = bits.flag() else { return nil }
        if hasAspectRatio {
            guard let kind = bits.number(8), bits.skip(kind == 255 ? 32 : 0) else { return nil }
        }
        guard let hasOverscan = bits.flag(), bits.skip(hasOverscan ? 1 : 0),
            bits.flag() == true, bits.skip(3), let isFullRange = bits.flag(),
            let hasDescription = bits.flag()
        else { return nil }
        var colour = CodingColour(primaries: 2, transfer: 2, isFullRange: isFullRange)
        if hasDescription {
            guard let primaries = bits.number(8), let transfer = bits.number(8) else { return nil }
            (colour.primaries, colour.transfer) = (primaries, transfer)
        }
        return colour
    }

    /// Removes the bytes 3 that keep a start code from appearing within a unit (ITU-T H.265, 7.4.2).
    private static func withoutEmulationPrevention(_ unit: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in unit {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            bytes.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return bytes
    }

    /// Skips profile, tier and level (7.3.3).
    private static func skipProfile(_ bits: inout BitReader, maxSubLayer: Int) -> Bool {
        guard bits.skip(96) else { return false }
        var length = maxSubLayer > 0 ? 2 * (8 - maxSubLayer) : 0
        for _ in 0..<maxSubLayer {
            guard let hasProfile = bits.flag(), let hasLevel = bits.flag() else { return false }
            length += (hasProfile ? 88 : 0) + (hasLevel ? 8 : 0)
        }
        return bits.skip(length)
    }

    /// Skips the size and the depth. Returns the length of picture order counts.
    private static func skipPictureFormat(_ bits: inout BitReader, maxSubLayer: Int) -> Int? {
        guard bits.golomb() != nil, let chroma = bits.golomb(), bits.skip(chroma == 3 ? 1 : 0),
            skipCodes(&bits, 2), let isCropped = bits.flag(),
            skipCodes(&bits, isCropped ? 6 : 2), let orderBits = bits.golomb(), orderBits <= 12,
            let hasAllSubLayers = bits.flag(),
            skipCodes(&bits, 3 * (hasAllSubLayers ? maxSubLayer + 1 : 1))
        else { return nil }
        return orderBits + 4
    }

    /// Skips block sizes, scaling lists, filters and raw samples.
    private static func skipCodingTools(_ bits: inout BitReader) -> Bool {
        guard skipCodes(&bits, 6), let hasScaling = bits.flag() else { return false }
        if hasScaling {
            guard let hasLists = bits.flag(), !hasLists || skipScalingLists(&bits) else { return false }
        }
        guard bits.skip(2), let hasRawSamples = bits.flag() else { return false }
        guard hasRawSamples else { return true }
        guard bits.skip(8), skipCodes(&bits, 2) else { return false }
        return bits.skip(1)
    }

    /// Skips the scaling lists (7.3.4).
    private static func skipScalingLists(_ bits: inout BitReader) -> Bool {
        for size in 0..<4 {
            for _ in 0..<(size == 3 ? 2 : 6) {
                guard let isExplicit = bits.flag() else { return false }
                let count = isExplicit ? min(64, 1 << (4 + size * 2)) + (size > 1 ? 1 : 0) : 1
                guard skipCodes(&bits, count) else { return false }
            }
        }
        return true
    }

    /// Skips the sets of reference pictures (7.3.7), which a still picture does not need but may have.
    private static func skipReferencePictures(_ bits: inout BitReader, pictureOrderBits: Int) -> Bool {
        guard let count = bits.golomb(), count <= 64 else { return false }
        var previous = 0
        for index in 0..<count {
            guard let isPredicted = index == 0 ? false : bits.flag() else { return false }
            var pictures = 0
            if isPredicted {
                guard bits.skip(1), bits.golomb() != nil else { return false }
                for _ in 0...previous {
                    guard let isUsed = bits.flag(), let isKept = isUsed ? true : bits.flag() else {
                        return false
                    }
                    pictures += isKept ? 1 : 0
                }
            } else {
                guard let before = bits.golomb(), let after = bits.golomb(), before <= 16, after <= 16
                else { return false }
                pictures = before + after
                for _ in 0..<pictures {
                    guard bits.golomb() != nil, bits.skip(1) else { return false }
                }
            }
            previous = pictures
        }
        guard let hasLongTerm = bits.flag() else { return false }
        guard hasLongTerm else { return true }
        guard let longTerm = bits.golomb(), longTerm <= 32 else { return false }
        return bits.skip(longTerm * (pictureOrderBits + 1))
    }

    private static func skipCodes(_ bits: inout BitReader, _ count: Int) -> Bool {
        for _ in 0..<count { guard bits.golomb() != nil else { return false } }
        return true
    }
}
