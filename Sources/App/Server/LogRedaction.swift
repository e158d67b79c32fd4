import Web

/// Keeps out of the log what opens something for whoever reads it: addresses of photos and of uploads, which are
/// permissions, and tokens.
enum LogRedaction {
    /// How much of an address stays, to find one in a log by.
    private static let kept = 4
    /// Photos and uploads are named by 128 random bits in hexadecimal digits.
    private static let addressDigits = 32
    private static let tokenPrefix = Array("isnt_".utf8)

    /// The text with all such shortened to their beginnings, however they are percent-encoded.
    static func redacted(_ text: String) -> String {
        guard text.utf8.count >= min(addressDigits, tokenPrefix.count) else { return text }
        let source = Array(text.utf8)
        let plain = PercentDecoded(text)
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var place = 0
        while place < plain.bytes.count {
            let rest = plain.bytes[place...]
            let digits = rest.prefix(while: isHexadecimal).count
            if digits >= addressDigits {
                result += rest.prefix(kept) + ellipsis
                place += digits
            } else if rest.starts(with: tokenPrefix) {
                result += tokenPrefix + ellipsis
                place +=
                    tokenPrefix.count + rest.dropFirst(tokenPrefix.count).prefix(while: isTokenLetter).count
            } else {
                // What is no letter of an address ends one: the next look begins after the whole run.
                let end = place + max(digits, 1)
                result += source[plain.start(of: place)..<plain.start(of: end)]
                place = end
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

    /// The URL-safe alphabet of RFC 4648 §5.
    private static func isTokenLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
