extension StringProtocol {
    /// Without the white space around it.
    package var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}

extension String {
    /// The text as it can be looked for: PostgreSQL knows no NUL, and the character that stands for it here is in no name.
    var withoutNUL: String { utf8.contains(0) ? replacing("\u{0}", with: "\u{FFFD}") : self }

    /// The same text with every line ending a line feed, as browsers send `\r\n` from a `<textarea>`.
    var unixLines: String {
        guard utf8.contains(UInt8(ascii: "\r")) else { return self }
        var bytes: [UInt8] = []
        for byte in utf8 {
            // The line feed of a pair was written with its carriage return.
            if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { continue }
            bytes.append(byte)
        }
        return String(
            decoding: bytes.map { $0 == UInt8(ascii: "\r") ? UInt8(ascii: "\n") : $0 }, as: UTF8.self)
    }
}

/// Limits on what people write, in characters as they see them (extended grapheme clusters), and one in bytes that
/// keeps a pile of combining marks from hiding a megabyte in one character.
package enum TextLimit {
    /// What is wrong with `text`; nil when nothing is.
    package static func fault(
        in text: String, named name: String, atMost limit: Int, as shape: TextShape
    ) -> String? {
        switch shape.fault(in: text) {
        case .control: return "\(name) must not contain control characters."
        case .lineBreak: return "\(name) must not contain line breaks."
        case .hidden:
            return "\(name) must not contain invisible characters, or ones that turn the direction of text."
        case nil: break
        }
        if text.utf8.count <= limit { return nil }
        let count = text.count
        if count > limit { return "\(name) has at most \(limit) characters; this one has \(count)." }
        if text.utf8.count > limit * 16 { return "\(name) has too many combining marks." }
        return nil
    }
}
