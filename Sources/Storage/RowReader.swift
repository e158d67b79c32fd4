/// One row of an answer, read column by column from the first; not valid after the closure it was handed to.
///
/// Whoever reads a value reads all of its columns, so that the next value begins where it ended: no query
/// counts positions.
package struct RowReader {
    private let row: any Row
    private var column = 0

    package init(_ row: any Row) { self.row = row }

    private mutating func next() -> Int {
        defer { column += 1 }
        return column
    }

    package mutating func int() -> Int64 { row.int(next()) }
    package mutating func double() -> Double { row.double(next()) }
    package mutating func text() -> String { row.text(next()) }
    package mutating func bytes() -> [UInt8] { row.bytes(next()) }

    package mutating func bool() -> Bool { int() != 0 }
    package mutating func count() -> Int { Int(int()) }

    package mutating func intOrNil() -> Int64? {
        let column = next()
        return row.isNull(column) ? nil : row.int(column)
    }

    package mutating func textOrNil() -> String? {
        let column = next()
        return row.isNull(column) ? nil : row.text(column)
    }

    /// The value as it would be bound.
    package mutating func bind(_ kind: Bind.Kind) -> Bind {
        let column = next()
        guard !row.isNull(column) else { return .null(kind) }
        return switch kind {
        case .int: .int(row.int(column))
        case .double: .double(row.double(column))
        case .text: .text(row.text(column))
        case .bytes: .bytes(row.bytes(column))
        }
    }

    /// The value whose columns come next.
    package mutating func value<Value: RowReadable>(_: Value.Type = Value.self) -> Value { Value(&self) }
}

/// A value that owns the list of its columns and reads itself from them, in the same order. A new column is a
/// line in the list and one in the initializer, which stand together.
package protocol RowReadable {
    /// The columns, as they stand in a `SELECT`; they name the table's alias.
    static var columns: SQL { get }

    init(_ row: inout RowReader)
}

extension Connection {
    /// The values of a query that selects ``RowReadable/columns``.
    package func rows<Value: RowReadable>(_ sql: SQL, as _: Value.Type = Value.self) throws -> [Value] {
        try rows(sql) { Value(&$0) }
    }

    /// The value of the first row.
    package func row<Value: RowReadable>(_ sql: SQL, as _: Value.Type = Value.self) throws -> Value? {
        try rows(sql, as: Value.self).first
    }
}
