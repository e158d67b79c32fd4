extension HEIFHeader {
    /// Whether the coded data of the primary picture ends with padding. Its decoders do not notice that: they
    /// read a picture from any bytes. Coded data does not repeat a byte or a pair of bytes so often. A longer
    /// pattern may be an area of one colour.
    func isPadded(in file: PhotoFile) -> Bool {
        let items = Set(codedItems)
        return places.contains { item, place in
            let tail = min(place.count, Padding.minimumCount * 2)
            return items.contains(item)
                && Padding.count(
                    atEndOf: file.bytes(at: place.upperBound - tail, count: tail)[...], longest: 2) > 0
        }
    }

    /// The places in the file of the parts of every item (`iloc`, ISO/IEC 14496-12, 8.11.3).
    private var places: [(item: Int, place: Range<Int>)] {
        guard let content = locations else { return [] }
        var reader = ByteReader(content)
        guard let version = reader.number(1), version <= 2, reader.take(3) != nil,
            let sizes = reader.number(2),
            let count = reader.number(version < 2 ? 2 : 4)
        else { return [] }
        let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 0xF)
        let (baseSize, indexSize) = (sizes >> 4 & 0xF, version == 0 ? 0 : sizes & 0xF)
        var places: [(item: Int, place: Range<Int>)] = []
        for _ in 0..<count {
            guard let item = reader.number(version < 2 ? 2 : 4),
                let method = version == 0 ? 0 : reader.number(2), reader.take(2) != nil,
                let base = reader.long(baseSize), let extents = reader.number(2)
            else { return places }
            for _ in 0..<extents {
                guard reader.take(indexSize) != nil, let offset = reader.long(offsetSize),
                    let length = reader.long(lengthSize)
                else { return places }
                // The other methods place data in the header or in another item.
                let start = base + offset
                if method & 0xF == 0, length > 0 { places.append((item, start..<start + length)) }
            }
        }
        return places
    }
}

extension ByteReader {
    /// Reads a number of up to eight bytes that is the place of something in a file.
    fileprivate mutating func long(_ count: Int) -> Int? {
        guard count == 8 else { return number(count) }
        return number(1) == 0 ? number(7) : nil
    }
}
