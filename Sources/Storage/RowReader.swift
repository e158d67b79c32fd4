/// A reader of one row of a result, column by column from the first. It is not valid outside the closure that
/// receives it.
///
/// A value must read all of its columns, so that the next value begins at the next column and no query needs
/// to count positions.
package struct RowReader {
    @usableFromInline let row: any Row
    @usableFromInline var column = 0

    @inlinable package init(_ row: any Row) { self.row = row }

    @inlinable mutating func next() -> Int {
        defer { column += 1 }
        return column
    }

    @inlinable package mutating func int() -> Int64 { row.int(next()) }
    @inlinable package mutating func double() -> Double { row.double(next()) }
    @inlinable package mutating func text() -> String { row.text(next()) }
    @inlinable package mutating func bytes() -> [UInt8] { row.bytes(next()) }

    @inlinable package mutating func bool() -> Bool { int() != 0 }
    @inlinable package mutating func count() -> Int { Int(int()) }

    @inlinable package mutating func intOrNil() -> Int64? {
        let column = next()
        return row.isNull(column) ? nil : row.int(column)
    }

    @inlinable package mutating func textOrNil() -> String? {
        let column = next()
        return row.isNull(column) ? nil : row.text(column)
    }

    /// Reads the next column as a bind.
    @inlinable package mutating func bind(_ kind: Bind.Kind) -> Bind {
        let column = next()
        guard !row.isNull(column) else { return .null(kind) }
        return switch kind {
        case .int: .int(row.int(column))
        case .double: .double(row.double(column))
        case .text: .text(row.text(column))
        case .bytes: .bytes(row.bytes(column))
        }
    }

    /// Reads a value from the next columns.
    @inlinable package mutating func value<Value: RowReadable>(_: Value.Type = Value.self) -> Value {
        Value(&self)
    }
}

/// A value that defines the list of its columns and reads them in the same order. To add a column, add it to
/// the list and to the initializer.
package protocol RowReadable {
    /// The columns as written in a `SELECT`, with the alias of the table.
    static var columns: SQL { get }

    init(_ row: inout RowReader)
}

extension Connection {
    /// Returns the values of a query that selects ``RowReadable/columns``.
    package func rows<Value: RowReadable>(_ sql: SQL, as _: Value.Type = Value.self) throws -> [Value] {
        try rows(sql) { Value(&$0) }
    }

    /// Returns the value of the first row.
    package func row<Value: RowReadable>(_ sql: SQL, as _: Value.Type = Value.self) throws -> Value? {
        try rows(sql, as: Value.self).first
    }
}
