import NIOCore

/// A ZIP file made piece by piece, so that it can be sent while it is made: entries are stored as they are, each followed
/// by its length and sum (APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: local header
/// §4.3.7, data descriptor §4.3.9, central directory §4.3.12, ZIP64 §4.3.14). Photos are compressed already.
package struct ZipArchive {
    private struct Entry {
        let name: String
        let offset: UInt64
        var sum = CRC32()
        var byteCount: UInt64 = 0
    }

    /// 1 January 2000 in the format of MS-DOS: a ZIP file has no time zone, and the JSON in it has every time.
    private static let date: UInt32 = (20 << 9 | 1 << 5 | 1) << 16
    /// Lengths follow the data (bit 3); names are UTF-8 (bit 11).
    private static let flags: UInt16 = 1 << 3 | 1 << 11

    private var entries: [Entry] = []
    private var offset: UInt64 = 0

    package init() {}

    /// Begins a file.
    package mutating func begin(_ name: String) -> ByteBuffer {
        entries.append(Entry(name: name, offset: offset))
        var bytes = ByteBuffer()
        bytes.write(0x0403_4b50 as UInt32, 20 as UInt16, Self.flags, 0 as UInt16, Self.date)
        bytes.write(0 as UInt32, 0 as UInt32, 0 as UInt32, UInt16(name.utf8.count), 0 as UInt16)
        bytes.writeString(name)
        return counted(bytes)
    }

    /// More of the file begun last.
    package mutating func add(_ piece: ByteBuffer) -> ByteBuffer {
        entries[entries.count - 1].sum.add(piece.readableBytesView)
        entries[entries.count - 1].byteCount += UInt64(piece.readableBytes)
        return counted(piece)
    }

    /// Ends the file begun last, of less than 4 GiB.
    package mutating func end() -> ByteBuffer {
        guard let entry = entries.last else { return ByteBuffer() }
        var bytes = ByteBuffer()
        let length = UInt32(truncatingIfNeeded: entry.byteCount)
        bytes.write(0x0807_4b50 as UInt32, entry.sum.value, length, length)
        return counted(bytes)
    }

    /// The list of files, which ends the archive.
    package mutating func finish() -> ByteBuffer {
        let start = offset
        var bytes = ByteBuffer()
        for entry in entries {
            let length = UInt32(truncatingIfNeeded: entry.byteCount)
            let isFar = entry.offset >= UInt64(UInt32.max)
            bytes.write(
                0x0201_4b50 as UInt32, (3 << 8 | 45) as UInt16, 45 as UInt16, Self.flags, 0 as UInt16,
                Self.date)
            bytes.write(
                entry.sum.value, length, length, UInt16(entry.name.utf8.count), (isFar ? 12 : 0) as UInt16)
            // No comment, first disk, no attributes but «a file that its owner may read and write».
            bytes.write(0 as UInt16, 0 as UInt16, 0 as UInt16, (0o100600 << 16) as UInt32)
            bytes.write(isFar ? .max : UInt32(entry.offset))
            bytes.writeString(entry.name)
            if isFar { bytes.write(1 as UInt16, 8 as UInt16, entry.offset) }
        }
        let size = UInt64(bytes.readableBytes)
        let count = UInt64(entries.count)
        let end = start + size
        // The 64-bit record and where it stands; what does not fit the old one is 0xFF… there.
        bytes.write(0x0606_4b50 as UInt32, 44 as UInt64, 45 as UInt16, 45 as UInt16, 0 as UInt32, 0 as UInt32)
        bytes.write(count, count, size, start)
        bytes.write(0x0706_4b50 as UInt32, 0 as UInt32, end, 1 as UInt32)
        let shortCount = UInt16(clamping: count)
        bytes.write(0x0605_4b50 as UInt32, 0 as UInt16, 0 as UInt16, shortCount, shortCount)
        bytes.write(UInt32(clamping: size), UInt32(clamping: start), 0 as UInt16)
        return counted(bytes)
    }

    private mutating func counted(_ bytes: ByteBuffer) -> ByteBuffer {
        offset += UInt64(bytes.readableBytes)
        return bytes
    }
}

extension ByteBuffer {
    /// Writes numbers with the lowest byte first.
    fileprivate mutating func write<each Number: FixedWidthInteger>(_ numbers: repeat each Number) {
        for number in repeat each numbers { writeInteger(number, endianness: .little) }
    }
}

/// The cyclic redundancy check of ISO 3309, as ZIP has it (polynomial 0xEDB88320, reversed).
struct CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    private var state: UInt32 = .max

    var value: UInt32 { ~state }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        state = bytes.reduce(state) { $0 >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
