import Core
import Encodings

/// Finds text that is expensive to compare and to split into characters.
///
/// Swift compares and hashes strings in their normal form. It sorts the marks that follow one
/// character, in a time that grows with the square of their number: 70,000 marks take half a minute.
/// Where characters begin in a long row of flag letters or joined emoji takes a similar time, if it is
/// read from the end. So text from clients is checked before it is compared.
package enum CharacterRuns {
    /// The maximum number of scalars that can extend one character. Real text has a few dozen.
    static let limit = 300
    /// The maximum number of flags in a row: the longest comment may consist of flags.
    static let flagLimit = Comment.textLimit

    /// Whether no character of the text has too many scalars. Takes a time that grows with the length of the
    /// text.
    static func areBounded(in scalars: some Sequence<Unicode.Scalar>) -> Bool {
        var run = 0
        var flagLetters = 0
        var before: Unicode.Scalar = " "
        for scalar in scalars {
            flagLetters = scalar.isFlagLetter ? flagLetters + 1 : 0
            if scalar.isASCII {
                run = 0
            } else if scalar.beginsSyllable(after: before) {
                run = 1
            } else if scalar.extendsCharacter {
                run += 1
            } else if before != "\u{200D}" {
                run = 0
            }
            guard run <= limit, flagLetters <= 2 * flagLimit else { return false }
            before = scalar
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
        .unreadable,
        """
        The text contains a character with more than \(CharacterRuns.limit) combining marks or other parts, \
        or more than \(CharacterRuns.flagLimit) flags in a row.
        """)
}

extension Unicode.Scalar {
    fileprivate var isFlagLetter: Bool { (0x1F1E6...0x1F1FF).contains(value) }

    /// Whether it begins another Korean syllable: a consonant that follows none.
    fileprivate func beginsSyllable(after before: Unicode.Scalar) -> Bool {
        isLeadingConsonant && !before.isLeadingConsonant
    }

    private var isLeadingConsonant: Bool {
        (0x1100...0x115F).contains(value) || (0xA960...0xA97F).contains(value)
    }

    /// Whether it can be a further scalar of the same character.
    fileprivate var extendsCharacter: Bool {
        switch value {
        case 0..<0x300: false
        // The parts of Korean syllables.
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: true
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
