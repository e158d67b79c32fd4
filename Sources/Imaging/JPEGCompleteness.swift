/// How much of the picture a JPEG contains, if its decoder complained or its end may be padding.
///
/// The decoder does not say where the data ended. So the file is decoded twice: with an end after its last
/// byte, and with noise after it. The pictures are equal as far as the data reaches.
struct JPEGCompleteness {
    private static let end: [UInt8] = [0xFF, 0xD9]
    private static let noiseByteCount = 256 << 10
    /// More bits than any encoder spends on a block of one colour and its part of the other channels.
    private static let plainBits = 32.0
    /// The most rows that are read to find out whether an area has one colour.
    private static let plainRows = 64

    private let scans: JPEGScans
    /// The file up to the end of its last scan.
    private var data: ArraySlice<UInt8>
    /// How many bytes at the end of the last scan repeat a short pattern. They are padding, or an area of one
    /// colour.
    private let repeatedCount: Int
    /// Whether restart markers follow the data, which separate nothing there.
    private let hasMarkersAtEnd: Bool

    /// Returns nil if the structure of the file is unknown.
    init?(_ bytes: [UInt8]) {
        guard let scans = JPEGScans(bytes) else { return nil }
        self.scans = scans
        let end = bytes[..<scans.lastData.upperBound]
        data = Self.withoutMarkers(end)
        hasMarkersAtEnd = data.count < end.count
        repeatedCount = Padding.count(atEndOf: data.dropFirst(scans.lastData.lowerBound))
    }

    /// Whether the file may have been filled up.
    var mayBePadded: Bool { hasMarkersAtEnd || repeatedCount > 0 }

    /// The file with an end, which the decoder accepts.
    var completed: [UInt8] { data + Self.end }

    /// The part of the picture that must be there in full detail. An interrupted copy or a camera that runs
    /// out of power may lose the last rows. Of the last bit of precision, half is enough.
    var requiredFraction: Double { scans.isLastRefinement ? 0.5 : PhotoReader.requiredFraction }

    /// Removes padding, and returns the part of the picture that is there in full detail, from 0 to 1.
    mutating func fraction() throws(VipsError) -> Double {
        guard scans.areComplete else { return 0 }
        let isCut = try isCut(data)
        guard repeatedCount > 0 else { return isCut ? try fraction(of: data) : 1 }
        // If the decoder can do without the last bytes, the pattern is not what was cut, but padding.
        let needsAll = try self.isCut(data.dropLast(Padding.slack))
        if needsAll, !isCut { return 1 }
        let rest = Self.withoutMarkers(data.dropLast(repeatedCount))
        let fraction = try fraction(of: rest)
        if needsAll, let whole = try plainEnd(from: fraction) { return whole }
        data = rest
        return fraction
    }

    /// Returns the part of the picture that is there if the repeated bytes are an area of one colour: a
    /// picture that ends with one may have lost its last rows, too. Nil if they are not.
    private func plainEnd(from start: Double) throws(VipsError) -> Double? {
        do {
            let end = try fraction(of: data)
            return try isPlain(from: start, to: end) ? end : nil
        } catch {
            guard !error.isOutOfMemory else { throw error }
            return nil
        }
    }

    private func fraction(of data: ArraySlice<UInt8>) throws(VipsError) -> Double {
        if let fraction = countedFraction(of: data) { return fraction }
        let noisy = try Self.decode(data + Self.noise)
        return try Self.decode(data).equalFraction(to: noisy)
    }

    /// The part that the restart markers of the last scan prove. The decoder skips noise up to the next
    /// restart marker. Nil if there are none.
    private func countedFraction(of data: ArraySlice<UInt8>) -> Double? {
        let scan = data[min(data.endIndex, scans.lastData.lowerBound)...]
        let markers = zip(scan.indices, zip(scan, scan.dropFirst()))
            .filter { $1.0 == 0xFF && (0xD0...0xD7).contains($1.1) }.map(\.0)
        guard scans.restartInterval > 0, scans.unitCount > 0, let last = markers.last else { return nil }
        // How much of the last interval is there can only be estimated, from the length of the one before.
        let previous = last - (markers.dropLast().last.map { $0 + 2 } ?? scan.startIndex)
        let intervals =
            Double(markers.count)
            + min(1, Double(scan.endIndex - last - 2) / Double(max(1, previous)))
        return min(1, intervals * Double(scans.restartInterval) / Double(scans.unitCount))
    }

    /// Whether the picture has one colour between two parts of its height.
    private func isPlain(from start: Double, to end: Double) throws(VipsError) -> Bool {
        let image = try Self.decode(data)
        // The rows of coded units at both ends may contain something else, and a part shows what the rest is.
        let first = Int(start * Double(image.height)) + 17
        let last = min(Int(end * Double(image.height)) - 17, first + Self.plainRows)
        let blocks = (end - start) * Double(image.width * image.height) / 64
        guard first < last, Double(repeatedCount * 8) <= blocks * Self.plainBits else { return false }
        let place = "left=0,top=\(first),width=\(image.width),height=\(last - first)"
        let pixels = try image.applying("extract_area", place).inMemory().pixels()
        return zip(pixels, pixels.dropFirst(image.bands)).allSatisfy { $0 == $1 }
    }

    // MARK: Decoding

    private static func decode(_ data: ArraySlice<UInt8>) throws(VipsError) -> VipsImage {
        try VipsImage.load(data + end, PhotoFormat.jpeg.loader, "fail_on=none")
    }

    /// Whether the decoder complains about a file that ends with these bytes.
    private func isCut(_ data: ArraySlice<UInt8>) throws(VipsError) -> Bool {
        VipsError.clear()
        do {
            // Decoded in full size: a scaled picture may end before the last row of blocks, so that the
            // decoder would not miss the end.
            _ = try Self.decode(data).inMemory()
        } catch {
            guard !error.isOutOfMemory else { throw error }
            return true
        }
        return VipsError.clear()
    }

    /// Removes restart markers from the end, and the beginning of a marker.
    private static func withoutMarkers(_ data: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var data = data
        while true {
            if data.last == 0xFF {
                data.removeLast()
            } else if data.suffix(2).first == 0xFF, data.suffix(1).allSatisfy({ (0xD0...0xD7).contains($0) })
            {
                data.removeLast(2)
            } else {
                return data
            }
        }
    }

    /// Bytes that do not repeat (a linear congruential generator). No two bits that are 1 follow each other,
    /// because no code consists of such bits alone: after a hundred wrong codes libvips gives up.
    private static var noise: [UInt8] {
        let digits: [UInt8] = [0, 1, 2, 4, 5]
        var state: UInt32 = 1
        func digit() -> UInt8 {
            state = state &* 1_664_525 &+ 1_013_904_223
            return digits[Int(state >> 16) % digits.count]
        }
        return (0..<noiseByteCount).map { _ in digit() << 4 | digit() }
    }
}
