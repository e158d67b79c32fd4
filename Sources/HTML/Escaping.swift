/// Turns text into markup that shows it (HTML Living Standard §13.3, “escaping a string”, and the apostrophe).
enum Escaping {
    static func append(_ value: String, to markup: inout [UInt8]) {
        var value = value
        value.withUTF8 { text in
            var start = 0
            for place in text.indices {
                // Every byte to escape is below 0x3F, nearly every byte of a text above.
                guard text[place] < 0x3F, let escape = escape(for: text[place]) else { continue }
                markup.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
                escape.withUTF8Buffer { markup.append(contentsOf: $0) }
                start = place + 1
            }
            markup.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    private static func escape(for byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}

/// Which addresses may stand in a page.
enum Address {
    /// True for `http:`, `https:` and `mailto:` addresses and for paths, queries and fragments of this site. False
    /// for any other scheme, for `//host`, which looks like a path and is none, and for control characters and
    /// white space at the front, which browsers drop before they read the scheme.
    static func isSafe(_ address: String) -> Bool {
        var address = address
        return address.withUTF8 { bytes in
            if bytes.starts(with: "//".utf8) { return false }
            var scheme: Range<Int>?
            var isPath = false
            for (place, byte) in bytes.enumerated() {
                switch byte {
                case 0...0x20, 0x7F, UInt8(ascii: "\\"): return false
                case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): isPath = true
                case UInt8(ascii: ":") where !isPath && scheme == nil: scheme = 0..<place
                default: break
                }
            }
            guard let scheme else { return true }
            let name = String(decoding: bytes[scheme], as: UTF8.self).lowercased()
            return name == "https" || name == "http" || name == "mailto"
        }
    }
}
