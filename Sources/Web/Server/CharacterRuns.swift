import Core
import Encodings

/// Finds text that is expensive to compare and to split into characters.
///
/// Swift compares and hashes strings in their normal form. It sorts the marks that follow one character, in a
/// time that grows with the square of their number: 70,000 marks take half a minute. Where characters begin
/// in a long row of flag letters or joined emoji takes a similar time. So text from clients is checked before
/// it is compared.
package enum CharacterRuns {
    /// The maximum number of scalars that can belong to one character or to one row of flags. Real text has a
    /// few dozen.
    static let limit = 300

    /// Whether no character of the text has too many scalars. Takes a time that grows with the length of the
    /// text.
    static func areBounded(in scalars: some Sequence<Unicode.Scalar>) -> Bool {
        var run = 0
        var isAfterJoiner = false
        for scalar in scalars {
            if scalar.isASCII {
                run = 0
            } else if scalar.extendsCharacter {
                run += 1
                guard run <= limit else { return false }
            } else if !isAfterJoiner {
                run = 0
            }
            isAfterJoiner = scalar == "\u{200D}"
        }
        return true
    }

    static func areBounded(in text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { $0 < 0x80 } || areBounded(in: text.unicodeScalars)
    }

    /// The same for the bytes of a JSON document, in which characters may be escaped (RFC 8259 §7).
    static func areBounded(inJSON bytes: some Collection<UInt8>) -> Bool {
        guard bytes.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "\\") }) else { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        return areBounded(in: JSONScalars(scalars: text.unicodeScalars.makeIterator()))
    }

    /// Whether a percent-encoded text, such as the target of a request, decodes to text without long runs.
    static func areBounded(inEncoded text: String) -> Bool {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 >= 0x80 }) else { return true }
        return areBounded(in: String(decoding: PercentDecoded(text).bytes, as: UTF8.self))
    }
}

extension Problem {
    package static let longCharacterRun = Problem(
        .unreadable, "The text contains a character with more than \(CharacterRuns.limit) combining marks.")
}

extension Unicode.Scalar {
    /// Whether it can be a further scalar of the same character, or a flag letter.
    fileprivate var extendsCharacter: Bool {
        switch value {
        case 0..<0x300: false
        // Flag letters, and the parts of Korean syllables.
        case 0x1F1E6...0x1F1FF, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: true
        default:
            properties.canonicalCombiningClass != .notReordered || properties.isGraphemeExtend
                || properties.isJoinControl
        }
    }
}

/// The scalars of a JSON document, with `\uXXXX` decoded.
private struct JSONScalars: Sequence, IteratorProtocol {
    var scalars: String.UnicodeScalarView.Iterator

    mutating func next() -> Unicode.Scalar? {
        guard let scalar = scalars.next() else { return nil }
        guard scalar == "\\", let kind = scalars.next() else { return scalar }
        guard kind == "u" else { return " " }
        guard let unit = hexadecimalUnit() else { return " " }
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? " " }
        // The second half follows as an escape of its own.
        guard scalars.next() == "\\", scalars.next() == "u", let low = hexadecimalUnit(),
            UTF16.isTrailSurrogate(low)
        else { return " " }
        return UTF16.decode(UTF16.EncodedScalar([unit, low]))
    }

    private mutating func hexadecimalUnit() -> UInt16? {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let scalar = scalars.next(), scalar.isASCII,
                let digit = UInt8(truncatingIfNeeded: scalar.value).hexDigitValue
            else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
