/// Escapes text for HTML (HTML Living Standard §13.3, “escaping a string”, and the apostrophe as well).
enum Escaping {
    static func append(_ value: String, to markup: inout [UInt8]) {
        var value = value
        value.withUTF8 { text in
            var start = 0
            for index in text.indices {
                // Every byte to escape is below 0x3F, and nearly all other bytes are above.
                guard text[index] < 0x3F, let escape = escape(for: text[index]) else { continue }
                markup.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
                escape.withUTF8Buffer { markup.append(contentsOf: $0) }
                start = index + 1
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

/// Checks the URLs that a page may contain.
enum LinkURL {
    /// Whether the URL is safe in a link. True for `http:`, `https:` and `mailto:` URLs, and for paths,
    /// queries and fragments of this site. False for every other scheme, for `//host`, which is another site
    /// and not a path, for backslashes, and for control characters and spaces, which browsers may ignore when
    /// they read the scheme.
    static func isSafe(_ url: String) -> Bool {
        var url = url
        return url.withUTF8 { bytes in
            if bytes.starts(with: "//".utf8) { return false }
            var scheme: Range<Int>?
            var isPath = false
            for (index, byte) in bytes.enumerated() {
                switch byte {
                case 0...0x20, 0x7F, UInt8(ascii: "\\"): return false
                case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): isPath = true
                case UInt8(ascii: ":") where !isPath && scheme == nil: scheme = 0..<index
                default: break
                }
            }
            guard let scheme else { return true }
            let name = String(decoding: bytes[scheme], as: UTF8.self).lowercased()
            return name == "https" || name == "http" || name == "mailto"
        }
    }
}
