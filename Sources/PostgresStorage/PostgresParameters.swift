import CPostgres
import Storage

/// The binds of a statement as parameters for libpq: typed, in PostgreSQL's binary format, in one block of
/// memory.
struct PostgresParameters {
    /// The types of the binds, as ids of `pg_type`. The same text with other types is another prepared
    /// statement.
    let types: [Oid]
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>?] = []

    init(_ binds: [Bind]) {
        types = binds.map { Self.type(of: $0.kind) }
        ranges.reserveCapacity(binds.count)
        for bind in binds {
            let start = bytes.count
            switch bind {
            case .null:
                ranges.append(nil)
                continue
            case .int(let value): add(UInt64(bitPattern: value))
            case .double(let value): add(value.bitPattern)
            case .text(let value): bytes.append(contentsOf: value.utf8)
            case .bytes(let value): bytes.append(contentsOf: value)
            }
            ranges.append(start..<bytes.count)
        }
        // The additional byte gives even an empty value an address, so that it is not taken for NULL.
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

    /// Calls `body` with libpq's arrays of addresses, lengths and formats. The addresses are valid only
    /// inside `body`.
    func withPointers<Result>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [CInt], _ formats: [CInt]) -> Result
    ) -> Result {
        bytes.withUnsafeBytes { memory in
            let values = ranges.map { range in
                range.flatMap {
                    memory.baseAddress?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self)
                }
            }
            return body(
                values, ranges.map { CInt($0?.count ?? 0) }, [CInt](repeating: 1, count: ranges.count))
        }
    }
}
