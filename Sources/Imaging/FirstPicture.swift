/// Takes the first picture out of a file that contains several, so that nothing else is decoded or counted.
enum FirstPicture {
    /// Returns the GIF with its first frame alone, or nil if the structure of the file is unknown
    /// (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
    static func gif(_ bytes: [UInt8]) -> [UInt8]? {
        var reader = ByteReader(bytes[...])
        guard reader.take(10) != nil, let flags = reader.number(1), reader.take(2) != nil,
            skipColours(&reader, flags)
        else { return nil }
        while let kind = reader.number(1) {
            switch kind {
            case 0x21: guard reader.number(1) != nil, skipData(&reader) else { return nil }
            case 0x2C:
                guard reader.take(8) != nil, let flags = reader.number(1), skipColours(&reader, flags),
                    reader.number(1) != nil, skipData(&reader)
                else { return nil }
                return bytes[..<reader.position] + [0x3B]
            default: return nil
            }
        }
        return nil
    }

    /// Returns a WebP file without what follows its picture and was cut, such as metadata. Nil if the picture
    /// itself is cut (https://developers.google.com/speed/webp/docs/riff_container).
    static func webp(_ bytes: [UInt8]) -> [UInt8]? {
        var position = 12
        var hasPicture = false
        while position + 8 <= bytes.count {
            let type = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            let size = bytes[position + 4..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let end = position + 8 + size + size % 2
            guard end <= bytes.count else { break }
            hasPicture = hasPicture || ["VP8 ", "VP8L", "ANMF"].contains(type)
            position = end
        }
        guard hasPicture else { return nil }
        let size = withUnsafeBytes(of: UInt32(position - 8).littleEndian, Array.init)
        return bytes[..<4] + size + bytes[8..<position]
    }

    private static func skipColours(_ reader: inout ByteReader, _ flags: Int) -> Bool {
        flags & 0x80 == 0 || reader.take(3 << ((flags & 7) + 1)) != nil
    }

    private static func skipData(_ reader: inout ByteReader) -> Bool {
        while let count = reader.number(1) {
            if count == 0 { return true }
            guard reader.take(count) != nil else { return false }
        }
        return false
    }
}
