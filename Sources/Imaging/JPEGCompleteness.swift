/// How much of the picture a JPEG contains, if its decoder complained.
///
/// The decoder does not say where the data ended. So the file is decoded twice: with an end after its last
/// byte, and with noise after it. The pictures are equal as far as the data reaches.
struct JPEGCompleteness {
    private static let end: [UInt8] = [0xFF, 0xD9]
    private static let noiseByteCount = 256 << 10
    /// More zeros than coded data ends with. An interrupted copy may be filled up with zeros.
    private static let paddingByteCount = 16

    /// The file up to the end of its last scan.
    private let data: ArraySlice<UInt8>
    /// Whether a scan of every part of the precision of every colour has begun.
    private let hasAllScans: Bool
    /// Whether the last scan only adds a bit of precision to a picture that is there.
    private let isRefined: Bool

    /// Returns nil if the structure of the file is unknown.
    init?(_ bytes: [UInt8]) {
        guard var scans = Scans(bytes), scans.readAll() else { return nil }
        hasAllScans = scans.areComplete
        isRefined = scans.isLastRefinement
        var data = bytes[..<scans.lastEnd]
        let zeros = data.reversed().prefix { $0 == 0 }.count
        if zeros >= Self.paddingByteCount { data.removeLast(zeros) }
        if data.last == 0xFF { data.removeLast() }
        self.data = data
    }

    /// The file with an end, which the decoder accepts.
    var completed: [UInt8] { data + Self.end }

    /// The part of the picture that must be there in full detail. An interrupted copy or a camera that runs
    /// out of power may lose the last rows. Of the last bit of precision, half is enough.
    var requiredFraction: Double { isRefined ? 0.5 : PhotoReader.requiredFraction }

    /// Returns the part of the picture that is there in full detail, from 0 to 1.
    func fraction() throws(VipsError) -> Double {
        guard hasAllScans else { return 0 }
        let loader = PhotoFormat.jpeg.loader
        let noisy = try VipsImage.load(data + Self.noise + Self.end, loader, "fail_on=none")
        return try VipsImage.load(completed, loader, "fail_on=none").equalFraction(to: noisy)
    }

    /// Bytes without markers that do not repeat (a linear congruential generator).
    private static var noise: [UInt8] {
        var state: UInt32 = 1
        return (0..<noiseByteCount).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return min(0xFE, UInt8(truncatingIfNeeded: state >> 24))
        }
    }
}

/// The scans of a JPEG (ITU-T T.81, annex B).
private struct Scans {
    private let bytes: [UInt8]
    private var position = 2
    /// For every component, the lowest bit of each of the 64 coefficients that a scan has sent; 16 if none.
    private var lowestBits: [UInt8: [Int]] = [:]
    private(set) var isLastRefinement = false
    /// The end of the data of the last scan.
    private(set) var lastEnd = 0

    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        self.bytes = bytes
    }

    /// Whether every coefficient of every component was sent, to its lowest bit.
    var areComplete: Bool {
        !lowestBits.isEmpty && lowestBits.values.allSatisfy { $0.allSatisfy { $0 == 0 } }
    }

    /// Reads to the end of the picture or of the file. Returns false if there is no scan.
    mutating func readAll() -> Bool {
        while let marker = nextMarker(), marker != 0xD9 {
            if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
            var reader = ByteReader(bytes[position...])
            guard let length = reader.number(2), length >= 2, let content = reader.take(length - 2) else {
                break
            }
            position += length
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame { readFrame(content) }
            if marker == 0xDA {
                readScan(content)
                skipScanData()
                lastEnd = position
            }
        }
        return lastEnd > 0
    }

    private mutating func nextMarker() -> UInt8? {
        guard let start = bytes[min(position, bytes.count)...].firstIndex(of: 0xFF),
            let code = bytes[start...].firstIndex(where: { $0 != 0xFF })
        else { return nil }
        position = code + 1
        return bytes[code]
    }

    private mutating func readFrame(_ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content.dropFirst(5))
        guard let count = reader.number(1) else { return }
        for _ in 0..<count {
            guard let component = reader.take(3)?.first else { return }
            lowestBits[component] = [Int](repeating: 16, count: 64)
        }
    }

    private mutating func readScan(_ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content)
        guard let count = reader.number(1) else { return }
        let components = (0..<count).compactMap { _ in reader.take(2)?.first }
        guard let first = reader.number(1), let last = reader.number(1), let bits = reader.number(1),
            first <= last, last < 64
        else { return }
        for component in components {
            for index in first...last { lowestBits[component]?[index] = bits & 0x0F }
        }
        isLastRefinement = bits & 0xF0 != 0
    }

    /// Moves to the next marker. Zeros after 0xFF and restart markers belong to the data.
    private mutating func skipScanData() {
        while let start = bytes[position...].firstIndex(of: 0xFF) {
            position = start
            guard let next = bytes[start...].dropFirst().first else { break }
            guard next == 0 || (0xD0...0xD7).contains(next) else { return }
            position += 2
        }
        position = bytes.count
    }
}
