import CPostgres
import Storage

/// A row of a result in PostgreSQL's text format. The format is the same for all numeric types, so that
/// `count(*)`, `sum(…)` and `EXISTS` can all be read as integers, as with SQLite.
struct PostgresRow: Row {
    private static let bytea: Oid = 17
    let result: OpaquePointer
    let number: CInt

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, number, CInt(column)) == 1 }

    func int(_ column: Int) -> Int64 {
        let bytes = value(column)
        // A Boolean is `t` or `f`.
        guard let first = bytes.first, first != UInt8(ascii: "t") else { return bytes.isEmpty ? 0 : 1 }
        let isNegative = first == UInt8(ascii: "-")
        // The number is computed as negative, because there is one more negative than positive integer.
        // Decimals after a point are ignored.
        var number: Int64 = 0
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
            number = number &* 10 &- Int64(byte &- UInt8(ascii: "0"))
        }
        return isNegative ? number : 0 &- number
    }

    func double(_ column: Int) -> Double { Double(text(column)) ?? 0 }

    func text(_ column: Int) -> String { String(decoding: value(column), as: UTF8.self) }

    func bytes(_ column: Int) -> [UInt8] {
        guard PQftype(result, CInt(column)) == Self.bytea, let text = PQgetvalue(result, number, CInt(column))
        else {
            return Array(value(column))
        }
        var count = 0
        let unescaped = text.withMemoryRebound(to: UInt8.self, capacity: 1) { PQunescapeBytea($0, &count) }
        guard let unescaped else { return [] }
        defer { PQfreemem(unescaped) }
        return Array(UnsafeBufferPointer(start: unescaped, count: count))
    }

    /// The bytes of a value; empty for NULL.
    private func value(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, CInt(column)),
            count: Int(PQgetlength(result, number, CInt(column))))
    }
}
