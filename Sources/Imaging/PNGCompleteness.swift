import CZlib

/// How much of the picture a PNG contains, if its decoder complained, and a complete file with what there is.
struct PNGCompleteness {
    private static let signature = 8
    private static let maxChunkCount = 100_000

    /// The part of the picture that is there, from 0 to 1.
    let fraction: Double
    /// The file with the missing rows, which repeat the last one. Empty if too much is missing.
    let completed: [UInt8]

    /// Returns nil if bytes are wrong and not only missing, or if the structure of the file is unknown.
    /// - Parameter required: The part of the picture that is required for a complete file.
    init?(_ bytes: [UInt8], required: Double) {
        var head = Array(bytes.prefix(Self.signature))
        var reader = ByteReader(bytes[...])
        guard reader.move(to: Self.signature) else { return nil }
        var size: PNGSize?
        var writer: PNGDataWriter?
        for _ in 0..<Self.maxChunkCount {
            let start = reader.position
            guard let length = reader.number(4), let type = reader.code(), type != "IEND" else { break }
            let content = reader.take(min(length, reader.rest.count)) ?? []
            let isWhole = content.count == length
            if let sum = isWhole ? reader.number(4) : nil {
                guard sum == Self.checksum(bytes[start + 4..<start + 8 + length]) else { return nil }
            }
            if type == "IHDR" { size = PNGSize(content) }
            guard let size else { return nil }
            if type == "IDAT" {
                if writer == nil { writer = PNGDataWriter(size) }
                guard writer?.add(content) == true else { return nil }
            } else if writer == nil, isWhole {
                head += bytes[start..<reader.position]
            }
        }
        guard let size, size.byteCount > 0, let writer else { return nil }
        fraction = min(1, Double(writer.count) / Double(size.byteCount))
        guard fraction >= required else {
            completed = []
            return
        }
        let data = writer.finished()
        completed = head + Self.chunk("IDAT", data) + Self.chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value).bigEndian, Array.init) }
        let body = Array(type.utf8) + content
        return number(content.count) + body + number(checksum(body[...]))
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}

/// The rows of a PNG (PNG, third edition, 8 and 11.2.1).
private struct PNGSize {
    /// For each pass of an interlaced picture, the length of a row with its filter byte, and the number of
    /// rows.
    private(set) var passes: [(rowLength: Int, rows: Int)] = []
    /// The size of all rows.
    var byteCount: Int { passes.reduce(0) { $0 + $1.rowLength * $1.rows } }

    init?(_ header: ArraySlice<UInt8>) {
        var reader = ByteReader(header)
        guard let width = reader.number(4), let height = reader.number(4), let depth = reader.number(1),
            let colour = reader.number(1), reader.number(2) == 0, let interlacing = reader.number(1),
            (1...1 << 20).contains(width), (1...1 << 20).contains(height), depth <= 16,
            let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colour]
        else { return nil }
        let steps =
            interlacing == 0
            ? [(0, 0, 1, 1)]
            : [
                (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                (0, 1, 1, 2),
            ]
        for (x, y, stepX, stepY) in steps where width > x && height > y {
            let columns = (width - x + stepX - 1) / stepX
            passes.append(((columns * depth * channels + 7) / 8 + 1, (height - y + stepY - 1) / stepY))
        }
    }

    /// Returns the bytes after `count` bytes: zeros to the end of the row, and then rows with the filter
    /// “Up”, which repeats the row above.
    func missing(after count: Int) -> [UInt8] {
        var missing: [UInt8] = []
        var position = 0
        for pass in passes {
            for _ in 0..<pass.rows {
                let present = min(pass.rowLength, max(0, count - position))
                position += pass.rowLength
                guard present < pass.rowLength else { continue }
                missing += present == 0 ? [2] : []
                missing += [UInt8](repeating: 0, count: pass.rowLength - max(1, present))
            }
        }
        return missing
    }
}

/// Decompresses the data of a PNG as far as it reaches, and compresses it again.
private final class PNGDataWriter {
    private let size: PNGSize
    private var input = z_stream()
    private var output = z_stream()
    private var compressed: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var hasEnded = false
    /// The number of bytes that were decompressed.
    private(set) var count = 0

    init?(_ size: PNGSize) {
        self.size = size
        let streamSize = CInt(MemoryLayout<z_stream>.size)
        guard inflateInit_(&input, ZLIB_VERSION, streamSize) == Z_OK else { return nil }
        guard deflateInit_(&output, Z_BEST_SPEED, ZLIB_VERSION, streamSize) == Z_OK else {
            inflateEnd(&input)
            return nil
        }
    }

    deinit {
        inflateEnd(&input)
        deflateEnd(&output)
    }

    /// Adds the content of a chunk. Returns false if it is wrong.
    func add(_ content: ArraySlice<UInt8>) -> Bool {
        var content = Array(content)
        return content.withUnsafeMutableBufferPointer { bytes in
            input.next_in = bytes.baseAddress
            input.avail_in = UInt32(bytes.count)
            while !hasEnded {
                let before = buffer.count
                let result = buffer.withUnsafeMutableBufferPointer { out in
                    input.next_out = out.baseAddress
                    input.avail_out = UInt32(out.count)
                    return inflate(&input, Z_NO_FLUSH)
                }
                let produced = before - Int(input.avail_out)
                let wanted = min(produced, size.byteCount - count)
                count += wanted
                compress(Array(buffer[..<wanted]), Z_NO_FLUSH)
                switch result {
                case Z_STREAM_END: hasEnded = true
                case _ where count == size.byteCount: hasEnded = true
                case Z_OK: if produced == 0 { return true }
                case Z_BUF_ERROR: return true
                default: return false
                }
            }
            return true
        }
    }

    /// Adds the missing rows, and returns the compressed data.
    func finished() -> [UInt8] {
        compress(size.missing(after: count), Z_NO_FLUSH)
        compress([], Z_FINISH)
        return compressed
    }

    private func compress(_ bytes: [UInt8], _ mode: CInt) {
        var bytes = bytes
        var part = [UInt8](repeating: 0, count: 64 << 10)
        bytes.withUnsafeMutableBufferPointer { bytes in
            output.next_in = bytes.baseAddress
            output.avail_in = UInt32(bytes.count)
            repeat {
                let result = part.withUnsafeMutableBufferPointer { part in
                    output.next_out = part.baseAddress
                    output.avail_out = UInt32(part.count)
                    return deflate(&output, mode)
                }
                compressed += part[..<(part.count - Int(output.avail_out))]
                guard result == Z_OK else { break }
            } while output.avail_out == 0 || output.avail_in > 0
        }
    }
}
