import Foundation

/// The folding of texts for search: texts with the same folded form find each other.
///
/// - Case is folded fully: `ß` equals `ss`, and the three sigmas are one letter. `I`, `i`, `İ` and `ı`
///   are equal too: many people write Turkish words without the dots of their language.
/// - Compatible characters are equal: the ligature `ﬁ`, full-width letters, narrow kana, `²` (Unicode
///   NFKC).
/// - Accents of Latin, Greek and Cyrillic letters are ignored, and vowel points of Hebrew and Arabic
///   ones. The marks of other scripts, such as the vowel signs of Hindi and Thai, belong to the word.
/// - Vowels and tone marks of Thai and Lao are in one order, because keyboards accept them in several,
///   and the letter `แ` may be written as `เเ`: they look the same.
/// - Invisible characters, such as the joiners of Persian, and tatweel, which lengthens Arabic words,
///   are ignored.
enum SearchFolding {
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var scalars = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars where !isIgnored(scalar) {
            if scalar.isThaiOrLao {
                append(thaiOrLao: scalar, to: &scalars)
            } else {
                append(caseFolded: scalar, to: &scalars)
            }
        }
        return String(scalars).precomposedStringWithCanonicalMapping
    }

    /// Whether a character does not count.
    static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return false }
        return scalar == tatweel || scalar.properties.isDefaultIgnorableCodePoint
            || accents.contains { $0.contains(scalar.value) } && scalar.isMark
    }

    private static let tatweel: Unicode.Scalar = "\u{640}"

    /// The blocks whose marks are accents or vowel points: Latin and general ones, Cyrillic, Hebrew, Arabic,
    /// Syriac, and further general ones.
    private static let accents: [ClosedRange<UInt32>] = [
        0x300...0x36F, 0x483...0x489, 0x591...0x5C7, 0x610...0x61A, 0x64B...0x670, 0x6D6...0x6ED,
        0x711...0x74A, 0x897...0x8FF, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0x2DE0...0x2DFF,
        0xA66F...0xA69F, 0xFE20...0xFE2F,
    ]

    /// Appends the case folding of a decomposed character. Its upper case brings together what has several
    /// lower cases, and expands `ß`; the lower case before it does the same for the capital `ẞ`.
    private static func append(
        caseFolded scalar: Unicode.Scalar, to scalars: inout String.UnicodeScalarView
    ) {
        guard scalar.properties.changesWhenCaseMapped else { return scalars.append(scalar) }
        for lower in scalar.properties.lowercaseMapping.unicodeScalars {
            for upper in lower.properties.uppercaseMapping.unicodeScalars {
                scalars.append(contentsOf: upper.properties.lowercaseMapping.unicodeScalars)
            }
        }
    }
}

// MARK: - Thai and Lao

extension SearchFolding {
    /// Appends a character of Thai or Lao, after the marks that it follows in the usual order: vowels,
    /// then tone marks, then others such as the ring of `ำ`, which is decomposed, and its second part
    /// last.
    private static func append(thaiOrLao scalar: Unicode.Scalar, to scalars: inout String.UnicodeScalarView) {
        var scalar = scalar
        var later: [Unicode.Scalar] = []
        if scalar.thaiLetter == 0x40, scalars.last == scalar {
            scalars.removeLast()
            scalar = Unicode.Scalar(scalar.value + 1) ?? scalar
        }
        while scalar.orderOfMark > 0, let last = scalars.last, last.isThaiOrLao,
            last.orderOfMark > scalar.orderOfMark
                || last.thaiLetter == 0x32 && scalars.dropLast().last?.thaiLetter == 0x4D
        {
            later.append(scalars.removeLast())
        }
        scalars.append(scalar)
        scalars.append(contentsOf: later.reversed())
    }
}

extension Unicode.Scalar {
    fileprivate var isThaiOrLao: Bool { (0xE00...0xEFF).contains(value) }

    /// The place of a character in the block of Thai; Lao has the same order of characters.
    fileprivate var thaiLetter: UInt32 { value & 0x7F }

    /// The place among the marks of a letter; 0 for what is not a mark.
    fileprivate var orderOfMark: Int {
        switch thaiLetter {
        case 0x31, 0x34...0x3C, 0x47: isMark ? 1 : 0
        case 0x48...0x4B: 2
        case 0x4C...0x4E: 3
        default: 0
        }
    }

    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
