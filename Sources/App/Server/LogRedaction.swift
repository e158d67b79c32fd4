import Web

/// Removes secrets from log texts: API tokens, and the URLs of photos and uploads. Such a URL is a secret
/// because knowing it is enough to see the photo or to upload.
enum LogRedaction {
    /// How many digits of a key stay in the log, so that log lines about the same photo can be found.
    private static let visibleDigits = 4
    /// The keys of photos and uploads are 128 random bits in hexadecimal digits.
    private static let keyDigits = 32
    private static let tokenPrefix = Array("isnt_".utf8)

    /// Returns the text with all keys and tokens cut to their beginning, even if they are percent-encoded.
    static func redacted(_ text: String) -> String {
        guard text.utf8.count >= min(keyDigits, tokenPrefix.count) else { return text }
        let source = Array(text.utf8)
        let decoded = PercentDecoded(text)
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var position = 0
        while position < decoded.bytes.count {
            let rest = decoded.bytes[position...]
            let digits = rest.prefix(while: isHexadecimal).count
            if digits >= keyDigits {
                result += rest.prefix(visibleDigits) + ellipsis
                position += digits
            } else if rest.starts(with: tokenPrefix) {
                let token = rest.dropFirst(tokenPrefix.count).prefix(while: isTokenCharacter)
                result += tokenPrefix + ellipsis
                position += tokenPrefix.count + token.count
            } else {
                // These digits are too few for a key: skip all of them, or one other character.
                let end = position + max(digits, 1)
                result += source[decoded.start(of: position)..<decoded.start(of: end)]
                position = end
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let ellipsis = Array("…".utf8)

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Whether the byte belongs to the URL-safe alphabet of RFC 4648 §5.
    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
