import Foundation

/// A caption, comment or bio split into plain text, `@mentions`, `#tags` and web addresses.
///
/// The grammar, which works on Unicode scalars:
/// - Web addresses are found first (see ``LinkScanner``): nothing inside one, up to the next white
///   space, is a mention or a tag.
/// - A mention is `@` and a username (1–30 of `a–z 0–9 . _`, any case). It ends before a full stop that
///   is followed by another one, by `@` or by no letter, because that one belongs to the sentence. A
///   name that continues with a letter of another script or with `@` is not a mention.
/// - A tag is `#` (or the full-width `＃`) and letters, marks, digits or `_` of any script, but not only
///   digits, and no mark at the start. In the form in which it is stored, it has 1–100 of them. Chinese
///   numerals are letters. Inside, it may contain joiners, as in Persian and Hindi, and the medial
///   marks of Unicode’s hashtag identifiers (UAX #31, table 3a), as in `#col·lecció`. Variation
///   selectors and keycaps are parts of emoji, and end it.
/// - Neither begins directly after a letter, mark, digit, `_`, `@` or `#`, so email addresses contain
///   neither; and a tag does not begin after `&`, so `&#39;` is none. After another tag or mention, one
///   may begin directly: `#a#b`.
package struct RichText: Sendable, Equatable {
    package enum Span: Sendable, Equatable {
        case text(String)
        /// The mention as written, with its `@`, and the username in lower case.
        case mention(String, username: String)
        /// The tag as written, with its `#`, and the tag in the form in which it is stored.
        case tag(String, tag: String)
        /// The web address as written, and the URL that it leads to: `http` or `https`.
        case link(String, url: String)
    }

    package static let tagLimit = 100

    package let spans: [Span]

    package init(_ text: String) {
        guard Self.mayContainSpans(text) else {
            spans = text.isEmpty ? [] : [.text(text)]
            return
        }
        var spans: [Span] = []
        let scalars = text.unicodeScalars
        let links = LinkScanner(scalars)
        var plain = scalars.startIndex
        var index = scalars.startIndex
        var before: Unicode.Scalar?
        // The end of the address that a link began.
        var addressEnd = index
        /// Adds a span, with the plain text before it.
        func add(_ span: Span, upTo end: Scalars.Index) {
            if plain < index { spans.append(.text(String(scalars[plain..<index]))) }
            spans.append(span)
            (index, plain, before) = (end, end, nil)
        }
        /// Leaves text without spans behind.
        func skip(to end: Scalars.Index) {
            index = end
            before = scalars[scalars.index(before: end)]
        }
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if LinkScanner.canBegin(at: scalar, after: before) {
                switch links.scan(from: index, needsScheme: index < addressEnd) {
                case .link(let end, let url):
                    add(.link(String(scalars[index..<end]), url: url), upTo: end)
                    if end >= addressEnd { addressEnd = links.endOfAddress(from: end) }
                case .text(let end): skip(to: end)
                }
            } else if index >= addressEnd, let (span, end) = Self.span(at: index, after: before, in: scalars)
            {
                add(span, upTo: end)
            } else if index >= addressEnd, links.isPartOfAddress(at: index) {
                skip(to: links.endOfAddress(from: index))
            } else {
                before = scalar
                index = scalars.index(after: index)
            }
        }
        if plain < scalars.endIndex { spans.append(.text(String(scalars[plain...]))) }
        self.spans = spans
    }

    /// Whether a text has a character that every mention, tag and web address contains. Most texts have none.
    private static func mayContainSpans(_ text: String) -> Bool {
        // 0xEF is the first byte of the full-width number sign.
        text.utf8.contains { byte in
            switch byte {
            case UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "/"), UInt8(ascii: "?"), 0xEF: true
            default: false
            }
        } || text.contains("ww.") || text.contains("WW.")
    }

    /// All mentioned usernames in order, without duplicates.
    package var mentions: [String] {
        Self.unique(spans.compactMap { if case .mention(_, let username) = $0 { username } else { nil } })
    }

    /// All tags in order, without duplicates.
    package var tags: [String] {
        Self.unique(spans.compactMap { if case .tag(_, let tag) = $0 { tag } else { nil } })
    }

    /// Returns a tag in the form in which it is stored: without `#`, and folded (see ``String/caseFolded``),
    /// so that tags that read the same are equal. Returns nil if the text is not a tag.
    package static func tag(_ typed: String) -> String? {
        let typed = typed.trimmed
        let bare = typed.hasPrefix("#") || typed.hasPrefix("＃") ? String(typed.dropFirst()) : typed
        let scalars = bare.unicodeScalars
        guard let (tag, end) = tag(from: scalars.startIndex, in: scalars), end == scalars.endIndex else {
            return nil
        }
        return tag
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    // MARK: - Grammar

    private typealias Scalars = String.UnicodeScalarView

    private static func span(
        at start: Scalars.Index, after before: Unicode.Scalar?, in scalars: Scalars
    ) -> (Span, Scalars.Index)? {
        let sign = scalars[start]
        let first = scalars.index(after: start)
        switch sign {
        case "@":
            guard before.map(preventsSpan) != true, let end = endOfUsername(from: first, in: scalars) else {
                return nil
            }
            let written = String(scalars[start..<end])
            return (.mention(written, username: written.dropFirst().lowercased()), end)
        case "#", "＃":
            guard before.map(preventsSpan) != true, before != "&",
                let (tag, end) = tag(from: first, in: scalars)
            else { return nil }
            return (.tag(String(scalars[start..<end]), tag: tag), end)
        default: return nil
        }
    }

    private static func endOfUsername(from first: Scalars.Index, in scalars: Scalars) -> Scalars.Index? {
        var end = first
        while end < scalars.endIndex, isUsernameScalar(scalars[end]) {
            let next = scalars.index(after: end)
            if scalars[end] == ".",
                end == first || next == scalars.endIndex || scalars[next] == "." || scalars[next] == "@"
            {
                break
            }
            end = next
        }
        // A name that continues with other letters is not a username.
        if end < scalars.endIndex, isTagScalar(scalars[end]) || scalars[end] == "@" { return nil }
        if end > first, scalars[scalars.index(before: end)] == "." { end = scalars.index(before: end) }
        guard (1...Username.maximumLength).contains(scalars.distance(from: first, to: end)) else {
            return nil
        }
        return end
    }

    /// Returns the tag that begins here, in the form in which it is stored, and its end in the text.
    private static func tag(
        from first: Scalars.Index, in scalars: Scalars
    ) -> (tag: String, end: Scalars.Index)? {
        guard first < scalars.endIndex, !scalars[first].isMark else { return nil }
        var end = first
        var length = 0
        var hasLetter = false
        while end < scalars.endIndex {
            let scalar = scalars[end]
            let next = scalars.index(after: end)
            if isTagScalar(scalar) {
                // A digit with a variation selector or an enclosing keycap is an emoji.
                if next < scalars.endIndex, isDigit(scalar), isOfKeycap(scalars[next]) { break }
                hasLetter = hasLetter || !isDigit(scalar) && !scalar.isMark
            } else if !isMedial(scalar) || length == 0 {
                break
            }
            end = next
            length += 1
        }
        while end > first, isMedial(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
        // Folding makes one letter of a few at most, and up to three of one.
        guard hasLetter, length <= 4 * tagLimit else { return nil }
        let tag = String(scalars[first..<end]).caseFolded
        return tag.unicodeScalars.count <= tagLimit ? (tag, end) : nil
    }

    private static func isUsernameScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCIIAlphanumeric || scalar == "." || scalar == "_"
    }

    private static func isTagScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.isASCIIAlphanumeric || scalar == "_" }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber:
            !scalar.properties.isVariationSelector
        default: false
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .decimalNumber
    }

    private static func isOfKeycap(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{FE0F}" || scalar == "\u{20E3}"
    }

    /// Whether the scalar is allowed inside a tag, but not at its start or end: joiners, the middle dots of
    /// Catalan and Japanese, Hebrew geresh and gershayim, and the Tibetan syllable mark.
    private static func isMedial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{200C}", "\u{200D}", "\u{B7}", "\u{30FB}", "\u{5F3}", "\u{5F4}", "\u{F0B}": true
        default: false
        }
    }

    /// Whether a mention or tag directly after this scalar is not one.
    private static func preventsSpan(_ scalar: Unicode.Scalar) -> Bool {
        isTagScalar(scalar) || scalar == "@" || scalar == "#"
    }
}
