/// An SQL statement with its binds. It is written as a string literal in which interpolated values become
/// binds and never part of the text: `"SELECT name FROM people WHERE id = \(id)"`.
///
/// Binds are rendered as `$1`, `$2` … in order. PostgreSQL reads these as parameters, and SQLite as named
/// parameters that it numbers in order of appearance. So the text is the same for both engines and does not
/// vary with the data, and prepared statements stay cached.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text with a bare `$` for each bind, so that a fragment is inserted without renumbering. Statements
    /// contain no other `$`.
    private var template: String
    package private(set) var binds: [Bind]

    package init(stringLiteral text: String) {
        template = text
        binds = []
    }

    /// The statement, with its binds numbered.
    package var text: String {
        guard !binds.isEmpty else { return template }
        let digits = binds.count < 10 ? 1 : binds.count < 100 ? 2 : 5
        let capacity = template.utf8.count + digits * binds.count
        return String(unsafeUninitializedCapacity: capacity) { bytes in
            var (end, number) = (0, 0)
            for byte in template.utf8 {
                bytes[end] = byte
                end += 1
                guard byte == UInt8(ascii: "$") else { continue }
                number += 1
                for digit in String(number).utf8 {
                    bytes[end] = digit
                    end += 1
                }
            }
            return end
        }
    }

    package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    fileprivate init(capacity: Int, binds count: Int) {
        template = ""
        template.reserveCapacity(capacity + count)
        binds = []
        binds.reserveCapacity(count)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: SQL

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql = SQL(capacity: literalCapacity, binds: interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { sql.template += literal }

        package mutating func appendInterpolation(_ value: some Bindable) { sql.add(value.bind) }

        package mutating func appendInterpolation<Value: Bindable>(_ value: Value?) {
            sql.add(value?.bind ?? .null(Value.kind))
        }

        /// Inserts a fragment with its binds.
        package mutating func appendInterpolation(_ fragment: SQL) { sql.splice(fragment) }

        /// Inserts the quoted names of tables or columns, separated by commas.
        package mutating func appendInterpolation(names: [String]) {
            let quoted = names.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
            sql.template += quoted.joined(separator: ", ")
        }

        /// Inserts a list for use after `IN`. The list is a single bind, whatever its length.
        package mutating func appendInterpolation(list values: [Int64], _ dialect: Dialect) {
            let json = "[" + values.map(String.init).joined(separator: ",") + "]"
            switch dialect {
            case .sqlite:
                sql.template += "(SELECT value FROM json_each("
                sql.add(.text(json))
                sql.template += "))"
            case .postgres:
                sql.template += "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST("
                sql.add(.text(json))
                sql.template += " AS json)) AS list (value))"
            }
        }
    }

    private mutating func add(_ bind: Bind) {
        binds.append(bind)
        template += "$"
    }

    private mutating func splice(_ fragment: SQL) {
        template += fragment.template
        binds += fragment.binds
    }
}

/// A value that is bound to a parameter of a statement.
package enum Bind: Sendable, Hashable {
    /// NULL of a kind, because PostgreSQL needs a type for every parameter.
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
    /// The kind of the binds of this type, which NULL has too.
    static var kind: Bind.Kind { get }
    var bind: Bind { get }
}

extension Bindable {
    /// The default is a number, because most values are ids, counts or times.
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
