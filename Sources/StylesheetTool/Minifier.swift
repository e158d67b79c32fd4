/// Removes comments, and white space that has no meaning. Nothing else changes: no value, selector or order.
package struct Minifier {
    private let file: StyleFile
    private var position = 0
    private var line = 1
    private var openBrackets: [(bracket: UInt8, line: Int)] = []
    private var output: [UInt8] = []
    private var gap = Gap.none
    /// Whether a gap has no meaning here.
    private var absorbsGap = true

    /// What separates two tokens in the source.
    private enum Gap { case none, comment, space }

    /// White space and comments have no meaning after and before these bytes. A colon is not in the second
    /// list, because `a :hover` and `a:hover` differ, and neither is `(`, because `and (` and `and(` differ.
    /// The signs `+` and `-` are in neither list, because `calc()` needs the spaces around them.
    private static let absorbsGapAfter = Array("{};,(>:".utf8)
    private static let absorbsGapBefore = Array("{};,)>".utf8)
    private static let whiteSpace = Array(" \t\n\r\u{0C}".utf8)
    private static let closingBrackets = [
        UInt8(ascii: "{"): UInt8(ascii: "}"), UInt8(ascii: "("): UInt8(ascii: ")"),
        UInt8(ascii: "["): UInt8(ascii: "]"),
    ]

    /// Throws an error if brackets are not balanced, or if a comment or a string does not end.
    package static func minified(_ file: StyleFile) throws -> String {
        var minifier = Minifier(file: file)
        return try minifier.run()
    }

    private init(file: StyleFile) { self.file = file }

    private mutating func run() throws -> String {
        while let byte = peek() {
            switch byte {
            case _ where Self.whiteSpace.contains(byte):
                advance()
                gap = .space
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                try skipComment()
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                try copyString(byte)
            case UInt8(ascii: "\\"):
                copyEscape()
            default:
                try copy(byte)
            }
        }
        if let open = openBrackets.last {
            throw error(open.line, "this \(text(open.bracket)) is never closed")
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func copy(_ byte: UInt8) throws {
        if Self.closingBrackets[byte] != nil {
            openBrackets.append((byte, line))
        } else if Self.closingBrackets.values.contains(byte) {
            guard let open = openBrackets.popLast() else {
                throw error(line, "this \(text(byte)) closes nothing")
            }
            guard Self.closingBrackets[open.bracket] == byte else {
                throw error(
                    line, "this \(text(byte)) does not close the \(text(open.bracket)) of line \(open.line)")
            }
        }
        let startsURL =
            byte == UInt8(ascii: "(") && gap == .none
            && String(decoding: output.suffix(3), as: UTF8.self).lowercased() == "url"
        append(byte)
        advance()
        if startsURL { copyURL() }
    }

    /// Adds a byte, and before it what is needed of the gap.
    private mutating func append(_ byte: UInt8) {
        let isAbsorbed = absorbsGap || Self.absorbsGapBefore.contains(byte)
        switch gap {
        case .space where !isAbsorbed: output.append(UInt8(ascii: " "))
        // Without anything between them, the two tokens could become one.
        case .comment where !isAbsorbed: output += Array("/**/".utf8)
        default: break
        }
        gap = .none
        absorbsGap = Self.absorbsGapAfter.contains(byte)
        output.append(byte)
    }

    private mutating func skipComment() throws {
        let start = line
        advance()
        advance()
        while !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) {
            guard peek() != nil else { throw error(start, "this comment is never closed") }
            advance()
        }
        advance()
        advance()
        if gap == .none { gap = .comment }
    }

    private mutating func copyString(_ quote: UInt8) throws {
        let start = line
        append(quote)
        advance()
        while let byte = peek(), byte != UInt8(ascii: "\n") {
            output.append(byte)
            advance()
            if byte == quote { return }
            if byte == UInt8(ascii: "\\") { copyByte() }
        }
        throw error(start, "this string is never closed")
    }

    /// Copies a backslash and what belongs to it: a character, or up to six digits and one white space.
    private mutating func copyEscape() {
        append(UInt8(ascii: "\\"))
        advance()
        var digits = 0
        while digits < 6, let byte = peek(), Character(UnicodeScalar(byte)).isHexDigit {
            output.append(byte)
            advance()
            digits += 1
        }
        if digits == 0 || peek().map(Self.whiteSpace.contains) == true { copyByte() }
    }

    /// Copies the rest of `url(…` up to the closing parenthesis if the URL has no quotation marks. It may
    /// contain what looks like a comment.
    private mutating func copyURL() {
        let next = file.bytes[position...].first { !Self.whiteSpace.contains($0) }
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") { return }
        while let byte = peek(), byte != UInt8(ascii: ")") {
            output.append(byte)
            advance()
            if byte == UInt8(ascii: "\\") { copyByte() }
        }
    }

    private mutating func copyByte() {
        guard let byte = peek() else { return }
        output.append(byte)
        advance()
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < file.bytes.count ? file.bytes[position + distance] : nil
    }

    private mutating func advance() {
        if peek() == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private func error(_ line: Int, _ reason: String) -> StylesheetError {
        StylesheetError(file.path, line: line, reason)
    }

    private func text(_ byte: UInt8) -> Character { Character(UnicodeScalar(byte)) }
}
