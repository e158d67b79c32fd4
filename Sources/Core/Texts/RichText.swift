import Foundation

/// A caption or comment split into plain text, `@mentions` and `#tags`.
///
/// The grammar, which works on Unicode scalars:
/// - A mention is `@` and a username (1–30 of `a–z 0–9 . _`, any case). A full stop at its end belongs to the
///   sentence.
/// - A tag is `#` (or the full-width `＃`) and 1–100 letters, marks, digits or `_` of any script, but not only
///   digits. It may contain a zero-width non-joiner or joiner, as in Persian and Hindi, but not at its start
///   or end.
/// - Neither begins directly after a letter, mark, digit, `_`, `@`, `#`, `&` or `/`. So email addresses, URLs
///   and `&#39;` contain neither.
package struct RichText: Sendable, Equatable {
    package enum Span: Sendable, Equatable {
        case text(String)
        /// The mention as written, with its `@`, and the username in lower case.
        case mention(String, username: String)
        /// The tag as written, with its `#`, and the tag in the form in which it is stored.
        case tag(String, tag: String)
    }

    package static let tagLimit = 100

    package let spans: [Span]

    package init(_ text: String) {
        // A fast path for texts without mentions and tags. 0xEF is the first byte of the full-width number
        // sign.
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "#") || $0 == 0xEF })
        else {
            spans = text.isEmpty ? [] : [.text(text)]
            return
        }
        var spans: [Span] = []
        let scalars = text.unicodeScalars
        var plain = scalars.startIndex
        var index = scalars.startIndex
        var before: Unicode.Scalar?
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if before.map(Self.preventsSpan) != true, let (span, end) = Self.span(at: index, in: scalars) {
                if plain < index { spans.append(.text(String(scalars[plain..<index]))) }
                spans.append(span)
                before = scalars[scalars.index(before: end)]
                (index, plain) = (end, end)
            } else {
                before = scalar
                index = scalars.index(after: index)
            }
        }
        if plain < scalars.endIndex { spans.append(.text(String(scalars[plain...]))) }
        self.spans = spans
    }

    /// All mentioned usernames in order, without duplicates.
    package var mentions: [String] {
        Self.unique(spans.compactMap { if case .mention(_, let username) = $0 { username } else { nil } })
    }

    /// All tags in order, without duplicates.
    package var tags: [String] {
        Self.unique(spans.compactMap { if case .tag(_, let tag) = $0 { tag } else { nil } })
    }

    /// Returns a tag in the form in which it is stored: without `#`, in lower case and composed (NFC), so
    /// that tags that look the same are equal. Returns nil if the text is not a tag.
    package static func tag(_ typed: String) -> String? {
        let typed = typed.trimmed
        let bare = typed.hasPrefix("#") || typed.hasPrefix("＃") ? String(typed.dropFirst()) : typed
        let scalars = bare.unicodeScalars
        guard let end = endOfTag(from: scalars.startIndex, in: scalars), end == scalars.endIndex else {
            return nil
        }
        return normalized(bare)
    }

    private static func normalized(_ tag: String) -> String {
        tag.lowercased().precomposedStringWithCanonicalMapping
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    // MARK: - Grammar

    private typealias Scalars = String.UnicodeScalarView

    private static func span(at start: Scalars.Index, in scalars: Scalars) -> (Span, Scalars.Index)? {
        let first = scalars.index(after: start)
        switch scalars[start] {
        case "@":
            guard let end = endOfUsername(from: first, in: scalars) else { return nil }
            let written = String(scalars[start..<end])
            return (.mention(written, username: written.dropFirst().lowercased()), end)
        case "#", "＃":
            guard let end = endOfTag(from: first, in: scalars) else { return nil }
            let written = String(scalars[start..<end])
            return (.tag(written, tag: normalized(String(scalars[first..<end]))), end)
        default: return nil
        }
    }

    private static func endOfUsername(from first: Scalars.Index, in scalars: Scalars) -> Scalars.Index? {
        var end = first
        while end < scalars.endIndex, isUsernameScalar(scalars[end]) { end = scalars.index(after: end) }
        // A name that continues with other letters is not a username.
        if end < scalars.endIndex, preventsSpan(scalars[end]) { return nil }
        while end > first, scalars[scalars.index(before: end)] == "." { end = scalars.index(before: end) }
        guard (1...Username.maximumLength).contains(scalars.distance(from: first, to: end)) else {
            return nil
        }
        return end
    }

    private static func endOfTag(from first: Scalars.Index, in scalars: Scalars) -> Scalars.Index? {
        var end = first
        var length = 0
        var hasLetter = false
        while end < scalars.endIndex {
            let scalar = scalars[end]
            if isTagScalar(scalar) {
                hasLetter = hasLetter || scalar.properties.numericType == nil
            } else if !isJoiner(scalar) || length == 0 {
                break
            }
            end = scalars.index(after: end)
            length += 1
        }
        while end > first, isJoiner(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
        return hasLetter && length <= tagLimit ? end : nil
    }

    private static func isUsernameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_": true
        default: false
        }
    }

    private static func isTagScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" { return true }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark,
            .spacingMark, .decimalNumber, .letterNumber:
            true
        default: false
        }
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{200C}" || scalar == "\u{200D}"
    }

    /// Whether a mention or tag directly next to this scalar is not one.
    private static func preventsSpan(_ scalar: Unicode.Scalar) -> Bool {
        isTagScalar(scalar) || scalar == "@" || scalar == "#" || scalar == "&" || scalar == "/"
    }
}
