import Core

/// The headers of a part.
struct PartHeaders {
    let name: String
    /// Whether the part is a file: the client sends a name of the file, which may be empty. The name itself
    /// is used for nothing, and may be in any encoding.
    let fileName: FileName?

    enum FileName { case empty, some }

    init(_ bytes: [UInt8]) throws(MultipartError) {
        var disposition: HeaderParameters?
        for line in Self.lines(bytes) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformed("a header of a part has no colon")
            }
            let value = HeaderParameters(line[(colon + 1)...])
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-disposition": disposition = value
            case "content-type" where value.value.hasPrefix("multipart/"):
                throw .malformed("a part contains a nested multipart body")
            default: break
            }
        }
        guard let disposition, disposition.value == "form-data", let name = disposition.bytes("name") else {
            throw .malformed("a part has no name")
        }
        guard let text = String(validating: name, as: UTF8.self) else {
            throw .malformed("the name of a part is not valid UTF-8")
        }
        self.name = text
        let fileName = disposition.bytes("filename") ?? disposition.bytes("filename*")
        self.fileName = fileName.map { $0.isEmpty ? .empty : .some }
    }

    /// Splits the lines. A single carriage return or line feed may be part of a name.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: [13, 10]) {
            lines.append(rest[..<end.lowerBound])
            rest = rest[end.upperBound...]
        }
        return (lines + [rest]).filter { !$0.isEmpty }
    }
}

/// A header's value and its parameters: `form-data; name="caption"` (RFC 9110 §5.6.6).
///
/// It is read byte by byte, because values may be in any encoding, and because a combining mark would make a
/// quotation mark before it another character.
struct HeaderParameters {
    /// The value without parameters, in lower case.
    let value: String
    private var parameters: [String: [UInt8]] = [:]

    /// The value of a parameter, if it is valid UTF-8.
    subscript(_ name: String) -> String? {
        parameters[name].flatMap { String(validating: $0, as: UTF8.self) }
    }

    func bytes(_ name: String) -> [UInt8]? { parameters[name] }

    init(_ text: String) { self.init(ArraySlice(text.utf8)) }

    init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        value = Self.text(Self.token(&rest, until: ";"))
        while rest.first == UInt8(ascii: ";") {
            rest.removeFirst()
            let name = Self.text(Self.token(&rest, until: "=;"))
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            let quote = UInt8(ascii: "\"")
            let isQuoted = rest.first { $0 != 0x20 && $0 != 0x09 } == quote
            let value = isQuoted ? Self.quoted(&rest) : Self.token(&rest, until: ";")
            // Of parameters with the same name, the first one counts.
            if parameters[name] == nil { parameters[name] = value }
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).lowercased()
    }

    private static func token(_ rest: inout ArraySlice<UInt8>, until delimiters: StaticString) -> [UInt8] {
        let ends = delimiters.withUTF8Buffer(Array.init)
        let token = rest.prefix { !ends.contains($0) }
        rest = rest[token.endIndex...]
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return token.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    }

    /// Reads a value in quotation marks.
    ///
    /// A backslash escapes a quotation mark within the value, but not the one before the next parameter: some
    /// encodings use the byte of a backslash in a character (“表” in Shift JIS).
    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        rest = rest.drop { $0 != quote }.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst(), byte != quote {
            let after = rest.dropFirst().first
            let isLast = rest.first == quote && (after == nil || after == UInt8(ascii: ";"))
            if byte == backslash, let next = rest.first, next == backslash || next == quote && !isLast {
                value.append(next)
                rest.removeFirst()
            } else {
                value.append(byte)
            }
        }
        rest = rest.drop { $0 != UInt8(ascii: ";") }
        return value
    }
}
