import Foundation

/// The scans of a JPEG (ITU-T T.81, annex B).
struct JPEGScans {
    let bytes: [UInt8]
    private var position = 2
    /// For every component, the lowest bit of each of the 64 coefficients that a scan has sent; 16 if none.
    private var lowestBits: [UInt8: [Int]] = [:]
    private var frame = Frame()
    /// The components of the last scan.
    private var components: [UInt8] = []
    /// The number of coded units between two restart markers of the last scan, or 0 if it has none.
    private(set) var restartInterval = 0
    private(set) var isLastRefinement = false
    /// The place of the data of the last scan.
    private(set) var lastData = 0..<0

    private struct Frame {
        var width = 0
        var height = 0
        /// The sampling factors of every component.
        var sampling: [UInt8: (horizontal: Int, vertical: Int)] = [:]
    }

    /// Reads to the end of the picture or of the file. Returns nil if there is no scan.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        self.bytes = bytes
        while let marker = nextMarker(), marker != 0xD9 {
            if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
            var reader = ByteReader(bytes[position...])
            guard let length = reader.number(2), length >= 2, let content = reader.take(length - 2) else {
                break
            }
            position += length
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame { readFrame(content) }
            if marker == 0xDD { restartInterval = content.prefix(2).reduce(0) { $0 << 8 | Int($1) } }
            if marker == 0xDA {
                readScan(content)
                let start = position
                skipScanData()
                lastData = start..<position
            }
        }
        guard lastData.upperBound > 0 else { return nil }
    }

    /// Whether every coefficient of every component was sent, to its lowest bit.
    var areComplete: Bool {
        !lowestBits.isEmpty && lowestBits.values.allSatisfy { $0.allSatisfy { $0 == 0 } }
    }

    /// The number of coded units in the last scan (A.2): blocks of 8 × 8 pixels if it has one component, and
    /// otherwise groups of such blocks from all components.
    var unitCount: Int {
        let horizontal = frame.sampling.values.map(\.horizontal).max() ?? 1
        let vertical = frame.sampling.values.map(\.vertical).max() ?? 1
        var unit = (horizontal: 8 * horizontal, vertical: 8 * vertical)
        if components.count == 1, let sampling = frame.sampling[components[0]] {
            // The size of a block in pixels is larger where the component has fewer samples.
            unit = (8 * horizontal / sampling.horizontal, 8 * vertical / sampling.vertical)
        }
        return ((frame.width + unit.horizontal - 1) / unit.horizontal)
            * ((frame.height + unit.vertical - 1) / unit.vertical)
    }

    private mutating func nextMarker() -> UInt8? {
        guard let start = bytes[min(position, bytes.count)...].firstIndex(of: 0xFF),
            let code = bytes[start...].firstIndex(where: { $0 != 0xFF })
        else { return nil }
        position = code + 1
        return bytes[code]
    }

    private mutating func readFrame(_ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content)
        guard reader.take(1) != nil, let height = reader.number(2), let width = reader.number(2),
            let count = reader.number(1)
        else { return }
        (frame.width, frame.height) = (width, height)
        for _ in 0..<count {
            guard let component = reader.number(1), let sampling = reader.number(1), reader.take(1) != nil
            else { return }
            lowestBits[UInt8(component)] = [Int](repeating: 16, count: 64)
            frame.sampling[UInt8(component)] = (max(1, sampling >> 4), max(1, sampling & 0x0F))
        }
    }

    private mutating func readScan(_ content: ArraySlice<UInt8>) {
        var reader = ByteReader(content)
        guard let count = reader.number(1) else { return }
        components = (0..<count).compactMap { _ in reader.take(2)?.first }
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
        let start = position
        position = bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return start }
            var index = start
            // `memchr` takes a twelfth of the time of a loop over the bytes.
            while let found = memchr(base + index, 0xFF, bytes.count - index) {
                index = found - UnsafeMutableRawPointer(mutating: base)
                guard index + 1 < bytes.count else { break }
                let next = bytes[index + 1]
                guard next == 0 || (0xD0...0xD7).contains(next) else { return index }
                index += 2
            }
            return bytes.count
        }
    }
}
