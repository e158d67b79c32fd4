/// The first frame of a GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), which is all that is decoded,
/// and how much of it the file contains.
struct GIFPicture {
    private static let maxCodeLength = 12

    /// The file up to the frame, and the frame's description.
    private let head: ArraySlice<UInt8>
    private var description: ArraySlice<UInt8>
    private let colours: ArraySlice<UInt8>
    private let width: Int
    private let height: Int
    private let isInterlaced: Bool
    private let depth: Int
    /// The compressed pixels, without padding.
    private let data: [UInt8]
    private let pixelCount: Int
    /// The file with its first frame alone, if nothing of the frame is missing.
    private let whole: [UInt8]?

    /// Returns nil if bytes are wrong and not only missing, or if the structure of the file is unknown.
    /// - Parameter pixelLimit: A larger frame is not read.
    init?(_ bytes: [UInt8], pixelLimit: Int) {
        var reader = ByteReader(bytes[...])
        guard reader.take(10) != nil, let flags = reader.number(1), reader.take(2) != nil,
            Self.takeColours(&reader, flags) != nil
        else { return nil }
        while reader.rest.first == 0x21 {
            guard reader.take(2) != nil, Self.takeData(&reader).isWhole else { return nil }
        }
        head = bytes[..<reader.position]
        guard reader.number(1) == 0x2C, let description = reader.take(9), let flags = description.last,
            let colours = Self.takeColours(&reader, Int(flags)), let depth = reader.number(1)
        else { return nil }
        var sizes = ByteReader(description.dropFirst(4))
        guard let width = sizes.swapped16(), let height = sizes.swapped16(), width > 0, height > 0,
            width * height <= pixelLimit
        else { return nil }
        let (data, isWhole) = Self.takeData(&reader)
        guard let found = Self.pixels(of: data, depth: depth, count: width * height) else { return nil }
        (self.data, pixelCount) = found
        self.description = description
        self.colours = colours
        self.depth = depth
        (self.width, self.height) = (width, height)
        isInterlaced = flags & 0x40 != 0
        whole = isWhole && pixelCount == width * height ? bytes[..<reader.position] + [0x3B] : nil
    }

    /// The part of the frame that is there, from 0 to 1.
    var fraction: Double { Double(pixelCount) / Double(width * height) }

    /// The file with its first frame alone. Missing pixels repeat those above.
    var completed: [UInt8] {
        if let whole { return whole }
        var description = Array(description)
        description[8] &= ~0x40
        var file = head + [0x2C]
        file += description + colours + [UInt8(depth)]
        return file + Self.compress(rows, depth: depth) + [0, 0x3B]
    }

    /// The pixels of all rows from top to bottom.
    private var rows: [UInt8] {
        let order =
            isInterlaced
            ? [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { stride(from: $0.0, to: height, by: $0.1) }
            : Array(0..<height)
        let pixels = Self.decompress(data[...], depth: depth, limit: width * height, keepsPixels: true)?
            .pixels
        var counts = [Int](repeating: 0, count: height)
        var rows = [UInt8](repeating: 0, count: width * height)
        for (index, row) in order.enumerated() {
            let part = (pixels ?? []).dropFirst(index * width).prefix(width)
            rows.replaceSubrange(row * width..<row * width + part.count, with: part)
            counts[row] = part.count
        }
        for row in 1..<max(2, height) where row < height {
            for column in counts[row]..<width {
                rows[row * width + column] = rows[(row - 1) * width + column]
            }
        }
        return rows
    }

    // MARK: Structure

    private static func takeColours(_ reader: inout ByteReader, _ flags: Int) -> ArraySlice<UInt8>? {
        reader.take(flags & 0x80 == 0 ? 0 : 3 << ((flags & 7) + 1))
    }

    /// Reads blocks of data as far as they reach, and whether the end follows.
    private static func takeData(_ reader: inout ByteReader) -> (data: [UInt8], isWhole: Bool) {
        var data: [UInt8] = []
        while let count = reader.number(1) {
            if count == 0 { return (data, true) }
            data += reader.take(min(count, reader.rest.count)) ?? []
        }
        return (data, false)
    }

    // MARK: Compression (appendix F)

    /// Returns the data without padding, and how many of the pixels it contains. Nil if a code is wrong.
    private static func pixels(of data: [UInt8], depth: Int, count: Int) -> (data: [UInt8], count: Int)? {
        let padding = Padding.count(atEndOf: data[...])
        let whole = decompress(data[...], depth: depth, limit: count)
        // The data of a complete picture is as long as the picture needs, or a code ends it.
        let isComplete = whole.map { $0.count == count && $0.rest <= Padding.slack } ?? false
        guard padding > 0, !isComplete else { return whole.map { (data, $0.count) } }
        let rest = Array(data.dropLast(padding))
        return decompress(rest[...], depth: depth, limit: count).map { (rest, $0.count) }
    }

    private struct Decompressed {
        /// Empty if they were only counted.
        var pixels: [UInt8] = []
        var count = 0
        /// The bytes that were not needed, unless a code ended the data.
        var rest = 0
    }

    /// Decompresses or counts at most `limit` pixels. Returns nil if a code is wrong.
    private static func decompress(
        _ data: ArraySlice<UInt8>, depth: Int, limit: Int, keepsPixels: Bool = false
    ) -> Decompressed? {
        guard (1...8).contains(depth) else { return nil }
        let (clear, end) = (1 << depth, 1 << depth + 1)
        var result = Decompressed()
        if keepsPixels { result.pixels.reserveCapacity(limit) }
        // The pixels of a code are a copy of earlier ones: those of the code before, and one more.
        var places = [Range<Int>](repeating: 0..<0, count: 1 << maxCodeLength)
        var (next, length) = (clear + 2, depth + 1)
        var previous: Range<Int>?
        var (bits, bitCount) = (0, 0)
        for (index, byte) in data.enumerated() {
            bits |= Int(byte) << bitCount
            bitCount += 8
            while bitCount >= length {
                let code = bits & (1 << length - 1)
                bits >>= length
                bitCount -= length
                if code == end { return result }
                if result.count == limit {
                    result.rest = data.count - index
                    return result
                }
                if code == clear {
                    (next, length, previous) = (clear + 2, depth + 1, nil)
                    continue
                }
                let start = result.count
                if let previous, next < 1 << maxCodeLength {
                    places[next] = previous.lowerBound..<previous.upperBound + 1
                    next += 1
                }
                if code < clear {
                    result.count += 1
                    if keepsPixels { result.pixels.append(UInt8(code)) }
                } else {
                    guard code < next, previous != nil else { return nil }
                    let place = places[code].prefix(limit - start)
                    result.count += place.count
                    if keepsPixels { for index in place { result.pixels.append(result.pixels[index]) } }
                }
                previous = start..<result.count
                if next == 1 << length, length < maxCodeLength { length += 1 }
            }
        }
        return result
    }

    /// Returns blocks of data with one code for each pixel. The table is cleared before codes become longer.
    private static func compress(_ pixels: [UInt8], depth: Int) -> [UInt8] {
        let clear = 1 << depth
        var data: [UInt8] = []
        var (bits, bitCount) = (0, 0)
        func write(_ code: Int) {
            bits |= code << bitCount
            bitCount += depth + 1
            while bitCount >= 8 {
                data.append(UInt8(bits & 0xFF))
                bits >>= 8
                bitCount -= 8
            }
        }
        for (index, pixel) in pixels.enumerated() {
            if index % max(1, clear - 2) == 0 { write(clear) }
            write(Int(pixel))
        }
        write(clear + 1)
        if bitCount > 0 { data.append(UInt8(bits)) }
        return stride(from: 0, to: data.count, by: 255).flatMap { start in
            let block = data[start..<min(start + 255, data.count)]
            return [UInt8(block.count)] + block
        }
    }
}
