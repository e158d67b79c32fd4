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

    /// The text with line feeds as line endings, because browsers send `\r\n` from a `<textarea>`.
    var unixLines: String {
        guard utf8.contains(UInt8(ascii: "\r")) else { return self }
        var bytes: [UInt8] = []
        for byte in utf8 {
            // The carriage return of the pair is in `bytes` already, and becomes a line feed below.
            if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { continue }
            bytes.append(byte)
        }
        return String(
            decoding: bytes.map { $0 == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : $0 }, as: UTF8.self)
    }
}

/// Limits on the length of user-written text, in characters as people see them (extended grapheme clusters),
/// and a limit in bytes, so that a character with many combining marks cannot contain a megabyte.
package enum TextLimit {
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
        let count = text.count
        if count > limit { return "\(name) must have at most \(limit) characters; you entered \(count)." }
        if text.utf8.count > limit * 16 { return "\(name) must not contain so many combining marks." }
        return nil
    }
}
