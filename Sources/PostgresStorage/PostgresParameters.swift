import CPostgres
import Storage

/// The binds of a statement as libpq takes them: typed, in PostgreSQL's binary format, in one piece of
/// memory.
struct PostgresParameters {
    /// The types of the binds, by their numbers in `pg_type`; a statement with other types is another
    /// statement.
    let types: [Oid]
    private var bytes: [UInt8] = []
    private var places: [Range<Int>?] = []

    init(_ binds: [Bind]) {
        types = binds.map { Self.type(of: $0.kind) }
        places.reserveCapacity(binds.count)
        for bind in binds {
            let start = bytes.count
            switch bind {
            case .null:
                places.append(nil)
                continue
            case .int(let value): add(UInt64(bitPattern: value))
            case .double(let value): add(value.bitPattern)
            case .text(let value): bytes.append(contentsOf: value.utf8)
            case .bytes(let value): bytes.append(contentsOf: value)
            }
            places.append(start..<bytes.count)
        }
        // So that an empty value too has an address, and is not taken for no value.
        bytes.append(0)
    }

    private static func type(of kind: Bind.Kind) -> Oid {
        switch kind {
        case .int: 20  // bigint
        case .double: 701  // double precision
        case .text: 25  // text
        case .bytes: 17  // bytea
        }
    }

    private mutating func add(_ word: UInt64) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The parameters as libpq's arrays of addresses, lengths and formats; the addresses hold only inside.
    func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [CInt], _ formats: [CInt]) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { memory in
            let values = places.map { place in
                place.flatMap {
                    memory.baseAddress?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self)
                }
            }
            return body(
                values, places.map { CInt($0?.count ?? 0) }, [CInt](repeating: 1, count: places.count))
        }
    }
}
