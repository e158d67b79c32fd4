/// A statement with its binds, written as a string whose interpolated values become binds, never text:
/// `"SELECT name FROM people WHERE id = \(id)"`.
///
/// Binds are rendered `$1`, `$2` … in order. PostgreSQL reads these as its parameters and SQLite as named
/// ones that it numbers by appearance, so that the text is made once, is the same on both, and never varies
/// with the data: statements stay cached.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    package private(set) var text: String
    package private(set) var binds: [Bind]

    package init(stringLiteral text: String) {
        self.text = text
        binds = []
    }

    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    fileprivate init(capacity: Int, binds count: Int) {
        text = ""
        text.reserveCapacity(capacity + 3 * count)
        binds = []
        binds.reserveCapacity(count)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(capacity: literalCapacity, binds: interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { sql.text += literal }

        package mutating func appendInterpolation(_ value: some Bindable) { sql.add(value.bind) }

        package mutating func appendInterpolation<Value: Bindable>(_ value: Value?) {
            sql.add(value?.bind ?? .null(Value.kind))
        }

        /// Splices a fragment in, with its binds.
        package mutating func appendInterpolation(_ fragment: SQL) { sql.splice(fragment) }

        /// Names of tables or columns, quoted, with commas between.
        package mutating func appendInterpolation(names: [String]) {
            let quoted = names.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
            sql.text += quoted.joined(separator: ", ")
        }

        /// A list to stand after `IN`, as one bind whatever its length.
        package mutating func appendInterpolation(list values: [Int64], _ dialect: Dialect) {
            let json = "[" + values.map(String.init).joined(separator: ",") + "]"
            switch dialect {
            case .sqlite:
                sql.text += "(SELECT value FROM json_each("
                sql.add(.text(json))
                sql.text += "))"
            case .postgres:
                sql.text += "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST("
                sql.add(.text(json))
                sql.text += " AS json)) AS list (value))"
            }
        }
    }

    private mutating func add(_ bind: Bind) {
        binds.append(bind)
        text += "$"
        text += String(binds.count)
    }

    private mutating func splice(_ fragment: SQL) {
        guard !binds.isEmpty, !fragment.binds.isEmpty else {
            text += fragment.text
            binds += fragment.binds
            return
        }
        // Number the fragment's binds on from ours; `$` stands nowhere else in our statements.
        var pieces = fragment.text.split(separator: "$", omittingEmptySubsequences: false)[...]
        text += pieces.removeFirst()
        for piece in pieces {
            let digits = piece.prefix { $0.isASCII && $0.isNumber }
            text += "$\(binds.count + (Int(digits) ?? 0))"
            text += piece.dropFirst(digits.count)
        }
        binds += fragment.binds
    }
}

/// A value on its way into a statement.
package enum Bind: Sendable, Hashable {
    /// No value, of a kind: PostgreSQL gives every parameter a type, one without a value too.
    case null(Kind)
    case int(Int64)
    case double(Double)
    case text(String)
    case bytes([UInt8])

    package enum Kind: Sendable { case int, double, text, bytes }

    package var kind: Kind {
        switch self {
        case .null(let kind): kind
        case .int: .int
        case .double: .double
        case .text: .text
        case .bytes: .bytes
        }
    }
}

/// A type whose values can be interpolated into ``SQL``.
package protocol Bindable {
    /// The kind of its binds, known without a value.
    static var kind: Bind.Kind { get }
    var bind: Bind { get }
}

extension Bindable {
    /// Most are numbers: ids, counts, times.
    package static var kind: Bind.Kind { .int }
}

extension Int64: Bindable { package var bind: Bind { .int(self) } }
extension Int: Bindable { package var bind: Bind { .int(Int64(self)) } }
extension Bool: Bindable { package var bind: Bind { .int(self ? 1 : 0) } }
extension Double: Bindable {
    package static var kind: Bind.Kind { .double }
    package var bind: Bind { .double(self) }
}
extension String: Bindable {
    package static var kind: Bind.Kind { .text }
    package var bind: Bind { .text(self) }
}
extension [UInt8]: Bindable {
    package static var kind: Bind.Kind { .bytes }
    package var bind: Bind { .bytes(self) }
}
