/// A statement with its binds, written as a string whose interpolated values become binds, never text:
/// `"SELECT name FROM people WHERE id = \(id)"`.
///
/// Binds are rendered as `$1`, `$2` … in order. PostgreSQL reads these as its parameters, and SQLite as named parameters
/// that it numbers by appearance. So one text serves both engines, and it does not vary with the data: prepared statements
/// stay cached.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text with a bare `$` for each bind, so that a fragment can be spliced in without renumbering. `$` stands for
    /// nothing else in our statements.
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

        /// Splices a fragment in, with its binds.
        package mutating func appendInterpolation(_ fragment: SQL) { sql.splice(fragment) }

        /// Names of tables or columns, quoted, with commas between.
        package mutating func appendInterpolation(names: [String]) {
            let quoted = names.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
            sql.template += quoted.joined(separator: ", ")
        }

        /// A list to stand after `IN`, as one bind whatever its length.
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
