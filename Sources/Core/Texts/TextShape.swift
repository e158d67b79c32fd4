/// Which characters a text may be made of.
///
/// Invisible characters and ones that turn the direction of text let one name pass for another, or hide words
/// from people that programs read. Some of them are needed for writing, so they are allowed where they have a
/// use.
package enum TextShape: Sendable {
    /// One line: a name, a place, a label. It holds nothing that cannot be seen. A joiner may stand where it
    /// shapes the letters beside it, as in Persian and Hindi, and in an emoji.
    case line
    /// Prose, with line breaks: a caption, a comment. Arabic and Hebrew mix with names and numbers there, so
    /// marks and isolates of direction are allowed: what they do ends at the end of the paragraph at the
    /// latest. Embeddings and overrides are not: they only show a text in another order than it is read in,
    /// and Unicode advises against them (UAX #9, section 2).
    case prose

    /// Why a text is refused.
    enum Fault { case control, lineBreak, hidden }

    /// The first thing that a text must not contain; nil when there is none.
    func fault(in text: String) -> Fault? {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return nil }
        return Self.neighbours(in: text).lazy.compactMap { fault(of: $0) }.first
    }

    /// The text without what it must not contain.
    func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for place in Self.neighbours(in: text) where fault(of: place) == nil { scalars.append(place.scalar) }
        return String(scalars)
    }

    // MARK: - Characters

    /// A character with what stands beside it.
    fileprivate struct Place {
        let before: Unicode.Scalar?
        let scalar: Unicode.Scalar
        let after: Unicode.Scalar?
        /// Whether it belongs to the flag of a region, which is spelled in invisible tags after a black flag.
        let isInFlag: Bool
    }

    private static func neighbours(in text: String) -> [Place] {
        let scalars = Array(text.unicodeScalars)
        var isInFlag = false
        return scalars.enumerated().map { index, scalar in
            isInFlag = scalar == "\u{1F3F4}" || isInFlag && scalar.isTag
            return Place(
                before: index > 0 ? scalars[index - 1] : nil, scalar: scalar,
                after: index + 1 < scalars.count ? scalars[index + 1] : nil, isInFlag: isInFlag)
        }
    }

    private func fault(of place: Place) -> Fault? {
        let scalar = place.scalar
        switch scalar.properties.generalCategory {
        case .control: return scalar == "\n" ? (self == .line ? .lineBreak : nil) : .control
        case .lineSeparator, .paragraphSeparator: return self == .line ? .lineBreak : nil
        default: break
        }
        if scalar.isTag { return place.isInFlag ? nil : .hidden }
        return switch self {
        case .line:
            scalar.isHidden && !(scalar.isJoiner && place.joins) && !place.selectsVariation ? .hidden : nil
        case .prose: scalar.isOverride ? .hidden : nil
        }
    }
}

extension TextShape.Place {
    /// Whether a joiner here has something to join: emoji, or letters of a script that needs it (UAX #31,
    /// 2.3).
    fileprivate var joins: Bool {
        guard let before else { return false }
        if before.isOfEmoji, let after { return after.isOfEmoji }
        guard before.isOfJoiningScript else { return false }
        // A joiner after a virama may end a word, as in Malayalam.
        return after?.isOfJoiningScript == true || before.properties.canonicalCombiningClass == .virama
    }

    /// Whether this chooses between the shapes of the character before it, and that has more than one.
    fileprivate var selectsVariation: Bool {
        guard scalar.properties.isVariationSelector, let before else { return false }
        return switch scalar.value {
        // Text or emoji. A digit becomes one together with a keycap alone.
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

    /// What has no shape of its own, what has an empty one (the blank of Braille, a null notehead), and marks
    /// of annotations.
    fileprivate var isHidden: Bool {
        properties.isDefaultIgnorableCodePoint || value == 0x2800 || value == 0x1D159
            || (0xFFF9...0xFFFB).contains(value)
    }

    /// Embeddings and overrides of direction, deprecated formatting, and marks of annotations.
    fileprivate var isOverride: Bool {
        (0x202A...0x202E).contains(value) || (0x206A...0x206F).contains(value)
            || (0xFFF9...0xFFFB).contains(value)
    }

    /// Digits count as emoji too, which nothing joins.
    fileprivate var isOfEmoji: Bool { value >= 0x2000 && properties.isEmoji || value == 0xFE0F }

    /// Arabic to Myanmar, Khmer and Mongolian.
    fileprivate var isOfJoiningScript: Bool {
        (0x0600...0x109F).contains(value) || (0x1780...0x18AF).contains(value)
    }
}
