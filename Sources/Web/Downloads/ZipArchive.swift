import CZlib
import NIOCore

/// A ZIP file that can be sent while it is written. Entries are stored without compression, because photos
/// are already compressed, and each is followed by its length and checksum (APPNOTE.TXT 6.3.10,
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: local header §4.3.7, data descriptor
/// §4.3.9, central directory §4.3.12, ZIP64 §4.3.14).
package struct ZipArchive {
    private struct Entry {
        let name: String
        let offset: UInt64
        var checksum: UInt32 = 0
        var byteCount: UInt64 = 0
    }

    /// The date of every entry: 1 January 2000 in the MS-DOS format. ZIP dates have no time zone, and the
    /// JSON in the archive contains all times.
    private static let date: UInt32 = (20 << 9 | 1 << 5 | 1) << 16
    /// Bit 3: the length follows the data. Bit 11: names are UTF-8.
    private static let flags: UInt16 = 1 << 3 | 1 << 11

    private var entries: [Entry] = []
    private var offset: UInt64 = 0

    package init() {}

    /// Begins a file. Like all methods here, it returns the bytes to send.
    package mutating func begin(_ name: String) -> ByteBuffer {
        entries.append(Entry(name: name, offset: offset))
        var bytes = ByteBuffer()
        bytes.write(0x0403_4b50 as UInt32, 20 as UInt16, Self.flags, 0 as UInt16, Self.date)
        bytes.write(0 as UInt32, 0 as UInt32, 0 as UInt32, UInt16(name.utf8.count), 0 as UInt16)
        bytes.writeString(name)
        return addingToOffset(bytes)
    }

    /// Adds content to the current file.
    package mutating func add(_ content: ByteBuffer) -> ByteBuffer {
        entries[entries.count - 1].checksum = content.withUnsafeReadableBytes { bytes in
            let start = bytes.bindMemory(to: UInt8.self).baseAddress
            return UInt32(crc32_z(uLong(entries[entries.count - 1].checksum), start, bytes.count))
        }
        entries[entries.count - 1].byteCount += UInt64(content.readableBytes)
        return addingToOffset(content)
    }

    /// Ends the current file, which must be smaller than 4 GiB.
    package mutating func end() -> ByteBuffer {
        guard let entry = entries.last else { return ByteBuffer() }
        var bytes = ByteBuffer()
        let length = UInt32(truncatingIfNeeded: entry.byteCount)
        bytes.write(0x0807_4b50 as UInt32, entry.checksum, length, length)
        return addingToOffset(bytes)
    }

    /// Ends the archive with the central directory.
    package mutating func finish() -> ByteBuffer {
        let start = offset
        var bytes = ByteBuffer()
        for entry in entries {
            let length = UInt32(truncatingIfNeeded: entry.byteCount)
            let needsZIP64 = entry.offset >= UInt64(UInt32.max)
            bytes.write(
                0x0201_4b50 as UInt32, (3 << 8 | 45) as UInt16, 45 as UInt16, Self.flags, 0 as UInt16,
                Self.date)
            bytes.write(
                entry.checksum, length, length, UInt16(entry.name.utf8.count),
                (needsZIP64 ? 12 : 0) as UInt16)
            // No comment, first disk, no internal attributes, and the Unix mode of a regular file with 0600.
            bytes.write(0 as UInt16, 0 as UInt16, 0 as UInt16, (0o100600 << 16) as UInt32)
            bytes.write(needsZIP64 ? .max : UInt32(entry.offset))
            bytes.writeString(entry.name)
            if needsZIP64 { bytes.write(1 as UInt16, 8 as UInt16, entry.offset) }
        }
        let size = UInt64(bytes.readableBytes)
        let count = UInt64(entries.count)
        let end = start + size
        // The ZIP64 record and its locator. Values that do not fit the old record are 0xFF… there.
        bytes.write(0x0606_4b50 as UInt32, 44 as UInt64, 45 as UInt16, 45 as UInt16, 0 as UInt32, 0 as UInt32)
        bytes.write(count, count, size, start)
        bytes.write(0x0706_4b50 as UInt32, 0 as UInt32, end, 1 as UInt32)
        let shortCount = UInt16(clamping: count)
        bytes.write(0x0605_4b50 as UInt32, 0 as UInt16, 0 as UInt16, shortCount, shortCount)
        bytes.write(UInt32(clamping: size), UInt32(clamping: start), 0 as UInt16)
        return addingToOffset(bytes)
    }

    private mutating func addingToOffset(_ bytes: ByteBuffer) -> ByteBuffer {
        offset += UInt64(bytes.readableBytes)
        return bytes
    }
}

extension ByteBuffer {
    /// Writes numbers in little-endian order.
    fileprivate mutating func write<each Number: FixedWidthInteger>(_ numbers: repeat each Number) {
        for number in repeat each numbers { writeInteger(number, endianness: .little) }
    }
}
