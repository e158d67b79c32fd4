import Storage

/// The identity of one `Subject`: 64 bits, growing with time, made by the application.
///
/// JSON carries it as a string, because JavaScript's numbers end at 2⁵³; addresses carry it as a ``code``.
package struct ID<Subject>: Hashable, Comparable, Sendable, Bindable, CustomStringConvertible {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    /// An id as JSON carries it: decimal digits.
    package init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value > 0, String(value) == text else { return nil }
        self.value = value
    }

    package var bind: Bind { .int(value) }
    package var description: String { String(value) }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

extension RowReader {
    package mutating func id<Subject>() -> ID<Subject> { ID(int()) }
    package mutating func idOrNil<Subject>() -> ID<Subject>? { intOrNil().map { ID($0) } }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "An id is a string of digits."))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

// MARK: - Short codes

extension ID {
    /// The id as it stands in addresses (`/p/…`): its digits to base 64 in the URL-safe alphabet of RFC 4648 §5,
    /// without leading zeros.
    package var code: String {
        var rest = UInt64(bitPattern: value)
        var letters: [UInt8] = []
        repeat {
            letters.append(Base64URL.alphabet[Int(rest & 63)])
            rest >>= 6
        } while rest > 0
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    /// The id that `code` stands for; nil where it stands for none.
    package init?(code: some StringProtocol) {
        guard (1...11).contains(code.utf8.count) else { return nil }
        var value: UInt64 = 0
        for letter in code.utf8 {
            guard let digit = Base64URL.alphabet.firstIndex(of: letter), value >> 58 == 0 else { return nil }
            value = value << 6 | UInt64(digit)
        }
        guard let id = Int64(exactly: value), id > 0 else { return nil }
        self.init(id)
        guard self.code == code else { return nil }
    }
}
