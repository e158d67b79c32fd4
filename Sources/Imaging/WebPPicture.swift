/// The first picture of a WebP file (https://developers.google.com/speed/webp/docs/riff_container).
struct WebPPicture {
    private typealias Chunk = (type: String, place: Range<Int>)

    private let bytes: [UInt8]
    /// The chunks that are whole.
    private let chunks: [Chunk]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        chunks = Self.chunks(of: bytes, in: min(12, bytes.count)..<bytes.count)
    }

    /// The file without what follows the picture and was cut, such as metadata. Nil if the picture itself is
    /// cut.
    var withoutCutChunk: [UInt8]? {
        guard let end = chunks.last?.place.upperBound,
            chunks.contains(where: { ["VP8 ", "VP8L", "ANMF"].contains($0.type) })
        else { return nil }
        return Self.file(bytes[12..<min(bytes.count, end + end % 2)])
    }

    /// A file with the picture alone and without its last bytes, if these repeat a short pattern. If the
    /// decoder can do without them, they are padding.
    var withoutRepeatedEnd: [UInt8]? {
        guard let picture, Padding.count(atEndOf: bytes[picture.place]) > 0 else { return nil }
        let content = bytes[picture.place].dropLast(Padding.slack)
        let size = withUnsafeBytes(of: UInt32(content.count).littleEndian, Array.init)
        return Self.file(Array(picture.type.utf8) + size + content + (content.count % 2 == 0 ? [] : [0]))
    }

    private var picture: Chunk? {
        let types = ["VP8 ", "VP8L"]
        guard let chunk = chunks.first(where: { (types + ["ANMF"]).contains($0.type) }) else { return nil }
        guard chunk.type == "ANMF", chunk.place.count > 16 else { return chunk.type == "ANMF" ? nil : chunk }
        // A frame of an animation begins with its place and its time.
        return Self.chunks(of: bytes, in: chunk.place.dropFirst(16)).first { types.contains($0.type) }
    }

    private static func chunks(of bytes: [UInt8], in range: Range<Int>) -> [Chunk] {
        var chunks: [Chunk] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            let type = String(decoding: bytes[position..<position + 4], as: UTF8.self)
            let size = bytes[position + 4..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let start = position + 8
            guard start + size <= range.upperBound else { break }
            chunks.append((type, start..<start + size))
            position = start + size + size % 2
        }
        return chunks
    }

    private static func file(_ content: some Collection<UInt8>) -> [UInt8] {
        let size = withUnsafeBytes(of: UInt32(content.count + 4).littleEndian, Array.init)
        return Array("RIFF".utf8) + size + Array("WEBP".utf8) + content
    }
}
