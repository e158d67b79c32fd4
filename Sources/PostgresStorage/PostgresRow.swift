import CPostgres
import Storage

/// A row of an answer in PostgreSQL's text format, which is the same for every type that holds numbers:
/// `count(*)`, `sum(…)` and `EXISTS` all read as integers, as they do from SQLite.
struct PostgresRow: Row {
    private static let bytea: Oid = 17
    let result: OpaquePointer
    let number: CInt

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, number, CInt(column)) == 1 }

    func int(_ column: Int) -> Int64 {
        let bytes = value(column)
        // A truth value is `t` or `f`.
        guard let first = bytes.first, first != UInt8(ascii: "t") else { return bytes.isEmpty ? 0 : 1 }
        let isNegative = first == UInt8(ascii: "-")
        // Counted downwards, because there is one negative number more; what follows a point is no whole
        // number.
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

    /// The bytes that came; none for NULL.
    private func value(_ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: PQgetvalue(result, number, CInt(column)),
            count: Int(PQgetlength(result, number, CInt(column))))
    }
}
