/// What Imaging reads itself from the header of a HEIC or AVIF file (ISO/IEC 14496-12 and 23008-12), because
/// libvips does not report it: the colour description of the primary picture, and the order of its
/// properties.
struct HEIFHeader {
    /// A property of the primary picture, in the order in which they apply.
    struct Property {
        let type: String
        let content: ArraySlice<UInt8>
        /// Where the association of the property is in the header, for ``headerInOrder()``.
        let association: Range<Int>
    }

    /// More than any photo has. A longer header is not read.
    private static let maxByteCount = 4 << 20
    private static let maxBoxCount = 64

    /// The `meta` box, and where its content begins in the file.
    private let bytes: [UInt8]
    private let offset: Int
    let properties: [Property]
    /// The properties of the first coded tile, if the picture is a grid of tiles.
    private let tileProperties: [Property]
    /// The items that are coded: the primary picture, or its tiles.
    let codedItems: [Int]
    /// Where the data of the items is.
    let locations: ArraySlice<UInt8>?

    /// Reads the header. Returns nil if there is none that can be read: the decoder then reports the reason.
    init?(of file: PhotoFile) {
        guard let box = Self.topLevelBox("meta", of: file), box.count <= Self.maxByteCount else { return nil }
        let bytes = file.bytes(at: box.lowerBound, count: box.count)
        guard let header = Self(bytes: bytes, offset: box.lowerBound) else { return nil }
        self = header
    }

    /// - Parameters:
    ///   - bytes: The content of the `meta` box.
    ///   - offset: Where the content begins in the file.
    init?(bytes: [UInt8], offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
        // The box begins with a version and flags.
        let boxes = Self.boxes(in: bytes.dropFirst(4))
        guard let primary = boxes.first(where: { $0.type == "pitm" }).flatMap({ Self.primaryID($0.content) }),
            let store = boxes.first(where: { $0.type == "iprp" })
        else { return nil }
        let parts = Self.boxes(in: store.content)
        guard let container = parts.first(where: { $0.type == "ipco" }) else { return nil }
        let all = Self.boxes(in: container.content)
        let associations = parts.filter { $0.type == "ipma" }.map(\.content)
        func properties(of item: Int) -> [Property] {
            associations.lazy.compactMap { Self.associations(of: item, in: $0) }.first?.compactMap {
                guard $0.index >= 1, $0.index <= all.count else { return nil }
                let box = all[$0.index - 1]
                return Property(type: box.type, content: box.content, association: $0.place)
            } ?? []
        }
        self.properties = properties(of: primary)
        let tiles = boxes.first { $0.type == "iref" }.map { Self.tiles(of: primary, in: $0.content) } ?? []
        tileProperties = tiles.first.map(properties) ?? []
        codedItems = tiles.isEmpty ? [primary] : tiles
        locations = boxes.first { $0.type == "iloc" }?.content
    }

    // MARK: Colour

    /// The colour of the primary picture by its `colr` box, or by the headers of its codec. Nil if the file
    /// does not say.
    var colour: CodingColour? {
        colour(ofKind: "nclx") ?? coded("hvcC").flatMap { VideoColour.description(inHEVC: $0) }
    }

    /// Whether the picture has an ICC profile.
    var hasProfile: Bool { colourBox(ofKind: "prof") != nil || colourBox(ofKind: "rICC") != nil }

    /// Whether the picture is coded without colour channels.
    var isMonochrome: Bool {
        // The chroma format of HEVC (ISO/IEC 14496-15, 8.3.3.1) and the flag `monochrome` of AV1
        // (AV1-ISOBMFF, 2.3.3).
        if let record = coded("hvcC") { return record.dropFirst(16).first.map { $0 & 3 == 0 } ?? false }
        if let record = coded("av1C") { return record.dropFirst(2).first.map { $0 & 0x10 != 0 } ?? false }
        return false
    }

    private func coded(_ type: String) -> ArraySlice<UInt8>? {
        (properties + tileProperties).first { $0.type == type }?.content
    }

    private func colourBox(ofKind kind: String) -> ArraySlice<UInt8>? {
        (properties + tileProperties).first { $0.type == "colr" && $0.content.starts(with: kind.utf8) }?
            .content
    }

    private func colour(ofKind kind: String) -> CodingColour? {
        guard let content = colourBox(ofKind: kind) else { return nil }
        var reader = ByteReader(content.dropFirst(4))
        guard let primaries = reader.number(2), let transfer = reader.number(2), reader.number(2) != nil,
            let flags = reader.number(1)
        else { return nil }
        return CodingColour(primaries: primaries, transfer: transfer, isFullRange: flags & 0x80 != 0)
    }

    // MARK: Order of properties

    /// Returns a copy of the file that libheif can read, or nil if none is needed or known.
    static func corrected(_ file: PhotoFile) -> [UInt8]? {
        var changes = [HEIFHeader(of: file)?.orderedAssociations].compactMap { $0 }
        let brands = PhotoFormat.brands(in: file.firstBytes(PhotoFormat.signatureLength))
        let known: Set<String> = ["heic", "heix", "mif1", "avif"]
        // libheif looks only at the brands after the major one, and only for these.
        if brands.count > 1, known.isDisjoint(with: brands.dropFirst()) {
            changes.append((place: 16, bytes: Array("mif1".utf8)))
        }
        guard !changes.isEmpty else { return nil }
        var bytes = file.allBytes()
        for (place, change) in changes {
            guard place >= 0, place + change.count <= bytes.count else { return nil }
            bytes.replaceSubrange(place..<place + change.count, with: change)
        }
        return bytes
    }

    /// The bytes to write at a place in the file so that the size of the picture precedes the rotation,
    /// mirroring and cropping, as ISO/IEC 23008-12, 6.5.1 asks and libheif needs. Nil if they are in order.
    var orderedAssociations: (place: Int, bytes: [UInt8])? {
        let transforms: Set<String> = ["irot", "imir", "clap"]
        guard let first = properties.firstIndex(where: { transforms.contains($0.type) }),
            let size = properties.lastIndex(where: { $0.type == "ispe" }), first < size,
            let start = properties.first?.association.lowerBound,
            let end = properties.last?.association.upperBound
        else { return nil }
        // Transformations keep their order among each other, which decides what they mean.
        let ordered =
            properties.filter { !transforms.contains($0.type) }
            + properties.filter { transforms.contains($0.type) }
        let sorted = ordered.flatMap { bytes[$0.association] }
        // A property that does not exist has an association too, which must not be lost.
        guard sorted.count == end - start else { return nil }
        return (offset + start, sorted)
    }

    // MARK: Boxes

    /// Finds the content of a box at the top level of the file.
    private static func topLevelBox(_ type: String, of file: PhotoFile) -> Range<Int>? {
        guard let end = file.byteCount else { return nil }
        var position = 0
        for _ in 0..<maxBoxCount {
            var reader = ByteReader(file.bytes(at: position, count: 16)[...])
            guard let box = boxSize(&reader, remaining: end - position) else { return nil }
            if box.type == type { return position + box.header..<position + box.size }
            position += box.size
        }
        return nil
    }

    private static func boxSize(
        _ reader: inout ByteReader, remaining: Int
    ) -> (type: String, header: Int, size: Int)? {
        guard let short = reader.number(4), let type = reader.code() else { return nil }
        var (size, header) = (short, 8)
        if short == 1 {
            // A size of 64 bits. Its first byte is 0 in any file that fits into memory.
            guard reader.number(1) == 0, let long = reader.number(7) else { return nil }
            (size, header) = (long, 16)
        } else if short == 0 {
            size = remaining
        }
        guard size >= header, size <= remaining else { return nil }
        return (type, header, size)
    }

    private static func boxes(in content: ArraySlice<UInt8>) -> [(type: String, content: ArraySlice<UInt8>)] {
        var boxes: [(type: String, content: ArraySlice<UInt8>)] = []
        var rest = content
        while !rest.isEmpty {
            var reader = ByteReader(rest)
            guard let box = boxSize(&reader, remaining: rest.count) else { break }
            boxes.append((box.type, rest.dropFirst(box.header).prefix(box.size - box.header)))
            rest = rest.dropFirst(box.size)
        }
        return boxes
    }

    private static func primaryID(_ content: ArraySlice<UInt8>) -> Int? {
        var reader = ByteReader(content)
        guard let version = reader.number(1), reader.take(3) != nil else { return nil }
        return reader.number(version == 0 ? 2 : 4)
    }

    /// Reads which properties an item has (`ipma`, ISO/IEC 23008-12, 9.3). The last bits of an entry are the
    /// index of the property, from 1.
    private static func associations(
        of item: Int, in content: ArraySlice<UInt8>
    ) -> [(index: Int, place: Range<Int>)]? {
        var reader = ByteReader(content)
        guard let version = reader.number(1), let flags = reader.number(3), let count = reader.number(4)
        else { return nil }
        let size = flags & 1 == 1 ? 2 : 1
        for _ in 0..<count {
            guard let id = reader.number(version < 1 ? 2 : 4), let entries = reader.number(1) else {
                return nil
            }
            guard id == item else {
                guard reader.take(entries * size) != nil else { return nil }
                continue
            }
            var found: [(index: Int, place: Range<Int>)] = []
            for _ in 0..<entries {
                let start = reader.position
                guard let entry = reader.number(size) else { return nil }
                found.append((entry & (size == 2 ? 0x7FFF : 0x7F), start..<reader.position))
            }
            return found
        }
        return nil
    }

    /// The pictures that the item is derived from (`iref` of type `dimg`).
    private static func tiles(of item: Int, in content: ArraySlice<UInt8>) -> [Int] {
        var reader = ByteReader(content)
        guard let version = reader.number(1), reader.take(3) != nil else { return [] }
        let size = version == 0 ? 2 : 4
        for box in boxes(in: reader.rest) where box.type == "dimg" {
            var reader = ByteReader(box.content)
            guard reader.number(size) == item, let count = reader.number(2), count > 0 else { continue }
            return (0..<count).compactMap { _ in reader.number(size) }
        }
        return []
    }
}
