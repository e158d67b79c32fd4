/// A kind of text, which determines the characters that are allowed in it.
///
/// Invisible characters and characters that change the direction of text can make one name look like another,
/// or hide words from people but not from programs. Some of them are needed in certain scripts, so they are
/// allowed there.
package enum TextKind: Sendable {
    /// A single line: a name, a location, a label. It contains no invisible characters. A joiner is allowed
    /// where it changes the shape of the letters beside it, as in Persian and Hindi, and within an emoji.
    case line
    /// Prose with line breaks: a caption, a comment. Arabic and Hebrew text is mixed with names and numbers
    /// there, so directional marks and isolates are allowed: their effect ends at the end of the paragraph at
    /// the latest. Embeddings and overrides are not allowed: they only show text in a different order from
    /// the one in which it is stored, and Unicode advises against them (UAX #9, section 2).
    case prose

    /// Why a text is not valid.
    enum Fault { case control, lineBreak, hidden }

    /// Returns the first problem of a text; nil if it is valid.
    func fault(in text: String) -> Fault? {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return nil }
        return Self.positions(in: text).lazy.compactMap { fault(at: $0) }.first
    }

    /// Returns the text without the characters that are not allowed.
    func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for position in Self.positions(in: text) where fault(at: position) == nil {
            scalars.append(position.scalar)
        }
        return String(scalars)
    }

    /// Whether a text contains something that can be seen.
    static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control: false
            // Some systems have pictures for these, such as the logo of their maker.
            case .privateUse: true
            default: !scalar.isHidden && !scalar.properties.isWhitespace
            }
        }
    }

    // MARK: - Characters

    /// A character with the characters beside it.
    fileprivate struct Position {
        let before: Unicode.Scalar?
        let scalar: Unicode.Scalar
        let after: Unicode.Scalar?
        /// Whether it belongs to the flag of a region: a black flag followed by invisible tag characters.
        let isInFlag: Bool
    }

    private static func positions(in text: String) -> [Position] {
        let scalars = Array(text.unicodeScalars)
        var isInFlag = false
        return scalars.enumerated().map { index, scalar in
            isInFlag = scalar == "\u{1F3F4}" || isInFlag && scalar.isTag
            return Position(
                before: index > 0 ? scalars[index - 1] : nil, scalar: scalar,
                after: index + 1 < scalars.count ? scalars[index + 1] : nil, isInFlag: isInFlag)
        }
    }

    private func fault(at position: Position) -> Fault? {
        let scalar = position.scalar
        switch scalar.properties.generalCategory {
        case .control: return scalar == "\n" ? (self == .line ? .lineBreak : nil) : .control
        case .lineSeparator, .paragraphSeparator: return self == .line ? .lineBreak : nil
        default: break
        }
        if scalar.isTag { return position.isInFlag ? nil : .hidden }
        return switch self {
        case .line:
            scalar.isHidden && !(scalar.isJoiner && position.canJoin) && !position.selectsVariation
                ? .hidden : nil
        case .prose: scalar.isOverride ? .hidden : nil
        }
    }
}

extension TextKind.Position {
    /// Whether a joiner is useful here: between emoji, or beside letters of a script that needs it (UAX #31,
    /// 2.3).
    fileprivate var canJoin: Bool {
        guard let before else { return false }
        if before.isOfEmoji, let after { return after.isOfEmoji }
        guard before.isOfJoiningScript else { return false }
        // A joiner after a virama may be at the end of a word, as in Malayalam.
        return after?.isOfJoiningScript == true || before.properties.canonicalCombiningClass == .virama
    }

    /// Whether this is a variation selector after a character that has variations.
    fileprivate var selectsVariation: Bool {
        guard scalar.properties.isVariationSelector, let before else { return false }
        return switch scalar.value {
        // These select the text or emoji style. A digit has an emoji style only together with a keycap.
        case 0xFE0E, 0xFE0F: before.properties.isEmoji && (!before.isASCII || after == "\u{20E3}")
        case 0xE0100...0xE01EF: before.properties.isIdeographic
        case 0x180B...0x180F: (0x1820...0x18AA).contains(before.value)
        default:
            before.properties.isIdeographic || before.isOfJoiningScript
                || before.properties.isMath && !before.isASCII
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isTag: Bool { (0xE0020...0xE007F).contains(value) }
    fileprivate var isJoiner: Bool { self == "\u{200C}" || self == "\u{200D}" }

    /// Whether it is invisible: ignorable code points, characters with an empty shape (the Braille blank, the
    /// null notehead, the Khitan filler), annotation marks, controls of Egyptian and Brahmi, and code points
    /// that are no characters or mean nothing to others.
    fileprivate var isHidden: Bool {
        switch value {
        case 0x2800, 0x1107F, 0x13430...0x13440, 0x16FE4, 0x1D159, 0xFFF9...0xFFFB: true
        default:
            properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
                || properties.generalCategory == .privateUse
        }
    }

    /// Whether it is a directional embedding or override, a deprecated formatting character, or an annotation
    /// mark.
    fileprivate var isOverride: Bool {
        (0x202A...0x202E).contains(value) || (0x206A...0x206F).contains(value)
            || (0xFFF9...0xFFFB).contains(value)
    }

    /// Whether it is part of an emoji. Unicode's emoji property includes digits, which are excluded here,
    /// because they are not joined.
    fileprivate var isOfEmoji: Bool { value >= 0x2000 && properties.isEmoji || value == 0xFE0F }

    /// Whether it belongs to a script that uses joiners: the blocks from Arabic to Myanmar, Khmer and
    /// Mongolian.
    fileprivate var isOfJoiningScript: Bool {
        (0x0600...0x109F).contains(value) || (0x1780...0x18AF).contains(value)
    }
}
