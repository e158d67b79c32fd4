extension StringProtocol {
    /// The text without leading and trailing white space.
    package var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}

extension String {
    /// The text with each NUL replaced by U+FFFD, for use in queries: PostgreSQL has no NUL in texts, and
    /// U+FFFD is in no username or email address.
    var withoutNUL: String { utf8.contains(0) ? replacing("\u{0}", with: "\u{FFFD}") : self }

    /// The text as prose is stored: with ``plainLines``, and without white space around it. Without
    /// anything that can be seen, it is empty: joiners, fillers and blank letters are no text by
    /// themselves.
    package var prose: String { TextKind.isVisible(self) ? plainLines.trimmed : "" }

    /// The text with plain line breaks: with line feeds as its only line breaks, spaces instead of
    /// tabs, and no other control characters. Browsers send `\r\n` from a `<textarea>`, and pasted text
    /// may contain characters of the program that it was copied from, so they are no reason to refuse
    /// it.
    package var plainLines: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == UInt8(ascii: "\n") }) { return self }
        var kept = String.UnicodeScalarView()
        var before: Unicode.Scalar?
        var isAfterDropped = false
        for scalar in unicodeScalars {
            defer { before = scalar }
            switch scalar {
            case "\n" where before == "\r": break
            case "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}": kept.append("\n")
            case "\t": kept.append(" ")
            case _ where scalar.properties.generalCategory == .control:
                isAfterDropped = true
                continue
            default:
                // A control character ends the character before it (UAX #29, GB4). A space keeps what follows
                // apart from it, so that no marks move to another letter, and no row of marks becomes longer
                // than the rows that `CharacterRuns` has checked.
                if isAfterDropped, scalar.joinsCharacterBefore || kept.last == "\u{200D}" { kept.append(" ") }
                kept.append(scalar)
            }
            isAfterDropped = false
        }
        return String(kept)
    }
}

extension Unicode.Scalar {
    /// Whether it can belong to the same character, or to the same flag, as the scalar before it.
    fileprivate var joinsCharacterBefore: Bool {
        switch value {
        case 0x1F1E6...0x1F1FF, 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: true
        default:
            properties.isGraphemeExtend || properties.isJoinControl
                || properties.canonicalCombiningClass != .notReordered
        }
    }
}

/// Limits on the length of user-written text, in characters as people see them (extended grapheme clusters),
/// and a limit in bytes, so that a character with many combining marks cannot contain a megabyte.
/// `Assets/limits.js` counts the same way.
package enum TextLimit {
    /// The bytes that a text may have for each character of its limit. The longest emoji that are commonly
    /// used, families of four and flags of regions, have 25 and 28. Three times as many bytes, in a
    /// URL-encoded form, fit into `WebContext.bodyLimit` for a comment of 2,200 characters.
    package static let bytesPerCharacter = 28

    /// The largest number of bytes in a text of at most `limit` characters.
    package static func bytes(for limit: Int) -> Int { limit * bytesPerCharacter }

    /// The largest number of code points in such a text: a letter of one byte for each character, and
    /// otherwise combining marks, which have at least two bytes.
    package static func codePoints(for limit: Int) -> Int { limit + (bytes(for: limit) - limit) / 2 }

    /// The number of characters that people count. Browsers count as their version of Unicode does:
    /// since version 17, a letter that is written below another one in Burmese, Khmer, Balinese and
    /// other scripts belongs to the same character, as it did before in Hindi. Swift’s version may be
    /// older. Here these letters never count, so that no text is refused that a counter shows as short
    /// enough.
    package static func characters(in text: String) -> Int {
        let joiners = text.unicodeScalars.contains(where: \.joinsNextLetter)
        let vowels = text.unicodeScalars.contains(where: \.isJoiningVowel)
        guard joiners || vowels else { return text.count }
        var count = 0
        var before: Character?
        for character in text {
            if before?.joins(character) != true { count += 1 }
            before = character
        }
        return count
    }

    /// Returns why `text` is not valid; nil if it is valid.
    /// - Parameter name: the name of the field, as the start of a sentence.
    package static func fault(
        in text: String, named name: String, atMost limit: Int, as kind: TextKind
    ) -> String? {
        switch kind.fault(in: text) {
        case .control: return "\(name) must not contain control characters."
        case .lineBreak: return "\(name) must not contain line breaks."
        case .hidden:
            return
                "\(name) must not contain invisible characters, or ones that change the direction of text."
        case nil: break
        }
        if text.utf8.count <= limit { return nil }
        let count = characters(in: text)
        if count > limit { return "\(name) must have at most \(limit) characters; you entered \(count)." }
        if text.utf8.count > bytes(for: limit) {
            return "\(name) must contain fewer combining marks or joined emoji; they need too much space."
        }
        return nil
    }
}

extension Character {
    /// Whether the next character belongs to this one in newer versions of Unicode (UAX #29, GB6 to
    /// GB9c).
    fileprivate func joins(_ next: Character) -> Bool {
        guard let first = next.unicodeScalars.first else { return false }
        if first.isJoiningVowel { return unicodeScalars.last?.isJoiningVowel == true }
        guard first.properties.generalCategory == .otherLetter else { return false }
        return unicodeScalars.reversed().prefix { $0.isMark || $0 == "\u{200D}" }.contains(
            where: \.joinsNextLetter)
    }
}

extension Unicode.Scalar {
    /// Whether it joins the letter after it to the one before it (`InCB=Linker` in Unicode 17).
    fileprivate var joinsNextLetter: Bool {
        switch value {
        case 0x94D, 0x9CD, 0xACD, 0xB4D, 0xC4D, 0xD4D, 0x1039, 0x17D2, 0x1A60, 0x1B44, 0x1BAB, 0xA9C0, 0xAAF6,
            0x10A3F, 0x11133, 0x113D0, 0x1193E, 0x11A47, 0x11A99, 0x11F42:
            true
        default: false
        }
    }

    /// Whether it is a vowel of Kirat Rai, which make one character in a row.
    fileprivate var isJoiningVowel: Bool { value == 0x16D63 || (0x16D67...0x16D6A).contains(value) }
}
