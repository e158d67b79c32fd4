/// Reads big-endian numbers from bytes that may be hostile: a read beyond the end returns nil.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The bytes that were not read.
    var rest: ArraySlice<UInt8> { bytes[position...] }

    /// Reads an unsigned number of at most seven bytes.
    mutating func number(_ count: Int) -> Int? {
        guard count <= 7, let taken = take(count) else { return nil }
        return taken.reduce(0) { $0 << 8 | Int($1) }
    }

    /// Reads a number of two bytes with the lowest first.
    mutating func swapped16() -> Int? { number(2).map { $0 >> 8 | ($0 & 0xFF) << 8 } }

    /// Reads a signed number of four bytes.
    mutating func signed32() -> Int? { number(4).map { Int(Int32(truncatingIfNeeded: $0)) } }

    /// Reads a code of four characters.
    mutating func code() -> String? { take(4).map { String(decoding: $0, as: UTF8.self) } }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.endIndex - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Moves to an offset from the first byte.
    mutating func move(to offset: Int) -> Bool {
        guard offset >= 0, offset <= bytes.count else { return false }
        position = bytes.startIndex + offset
        return true
    }
}

/// Reads single bits, the highest of each byte first. A read beyond the end returns nil.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func flag() -> Bool? { number(1).map { $0 == 1 } }

    /// Reads an unsigned number of at most 32 bits.
    mutating func number(_ count: Int) -> Int? {
        guard count <= 32, position + count <= bytes.count * 8 else { return nil }
        var value = 0
        for bit in position..<position + count {
            value = value << 1 | Int(bytes[bit >> 3] >> (7 - UInt8(bit & 7)) & 1)
        }
        position += count
        return value
    }

    /// Returns false if there are not so many bits.
    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, position + count <= bytes.count * 8 else { return false }
        position += count
        return true
    }

    /// Reads an Exp-Golomb code (ITU-T H.265, 9.2). A signed code has the same length.
    mutating func golomb() -> Int? {
        var zeros = 0
        while let bit = number(1), bit == 0 {
            zeros += 1
            guard zeros <= 31 else { return nil }
        }
        guard let tail = number(zeros) else { return nil }
        return (1 << zeros) - 1 + tail
    }
}
