import Core

/// The rules of `Core` for texts, as regular expressions (ECMA-262 with Unicode, the dialect of JSON Schema).
///
/// A pattern cannot express rules about neighbouring characters. It matches names that are refused: with a
/// joiner that joins nothing, or with a variation selector after a character that has only one shape. It does
/// not match some texts that are accepted: with line breaks around them, which are removed, and with a flag
/// that is spelled in tag characters.
package enum TextPatterns {
    /// Ids: decimal digits without leading zeros.
    package static let id = "^\(IDRange.pattern)$"

    /// Letters a–z in either case, digits, “.” and “_”, not full stops alone.
    package static let username = "^[A-Za-z0-9._]*[A-Za-z0-9_][A-Za-z0-9._]*$"

    /// White space, of which alone no text is made.
    private static let space =
        "\\t-\\r \u{85}\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}"

    /// What no line may contain: controls, line breaks, and what cannot be seen or means something
    /// different to others.
    private static let hidden = "\(blank)\u{E000}-\u{F8FF}\u{F0000}-\u{10FFFD}"

    /// Controls, line breaks, and what cannot be seen.
    private static let blank = """
        \\x00-\\x1F\\x7F-\u{9F}\u{AD}\u{34F}\u{61C}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180E}\u{200B}\u{200E}\
        \u{200F}\u{2028}-\u{202E}\u{2060}-\u{206F}\u{2800}\u{3164}\u{FEFF}\u{FFA0}\u{FFF0}-\u{FFFB}\
        \\uFDD0-\\uFDEF\\uFFFE\\uFFFF\u{1107F}\u{13430}-\u{13440}\u{16FE4}\
        \u{1BCA0}-\u{1BCA3}\u{1D159}\u{1D173}-\u{1D17A}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}
        """

    /// What cannot be seen, but changes the characters beside it: joiners and variation selectors.
    private static let selectors = "\u{180B}-\u{180F}\u{200C}\u{200D}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}"

    /// What no prose may contain: embeddings and overrides of direction, annotation marks, tags.
    private static let refused =
        "\u{202A}-\u{202E}\u{206A}-\u{206F}\u{FFF9}-\u{FFFB}\u{E0020}-\u{E007F}"

    /// One line of text.
    package static func line(isRequired: Bool) -> String { text(without: hidden, isRequired: isRequired) }

    /// Prose with line breaks.
    package static func prose(isRequired: Bool) -> String { text(without: refused, isRequired: isRequired) }

    private static func text(without refused: String, isRequired: Bool) -> String {
        let visible = isRequired ? "[^\(refused)\(blank)\(selectors)\(space)][^\(refused)]*" : ""
        return "^[^\(refused)]*\(visible)$"
    }

    /// A website: its scheme may be left out; nothing, to take it away.
    package static let website: String = {
        let (host, rest) = ("[^\(hidden)\(space)/?#@\\\\]*", "[^\(hidden)\(space)\\\\]*")
        return "^((https?://|(?!.*://))\(host)\\.\(host)([/?#]\(rest))?)?$"
    }()
}
