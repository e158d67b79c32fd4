import Encodings

/// The bytes of a URL without percent-encoding (RFC 3986 §2.1), even if it is encoded more than once, or if
/// parts of it are not valid. It serves to redact logs, which must hide a secret in every encoding, and to
/// check text; it is not for routing.
package struct PercentDecoded: Sendable {
    /// The limit of repeated decoding, which must end at some point.
    private static let maxRounds = 8

    package private(set) var bytes: [UInt8]
    /// The position of each byte in the original text, and the end of the text. Nil if nothing was encoded.
    private var starts: [Int]?

    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return }
        starts = Array(0...bytes.count)
        for _ in 0..<Self.maxRounds where decode() {}
    }

    /// The position in the original text of the byte at `index`, or of the end.
    package func start(of index: Int) -> Int { starts?[index] ?? index }

    /// Decodes once. Returns false if nothing was encoded.
    private mutating func decode() -> Bool {
        guard let oldStarts = starts else { return false }
        var (decoded, newStarts): ([UInt8], [Int]) = ([], [])
        var index = 0
        while index < bytes.count {
            newStarts.append(oldStarts[index])
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = bytes[index + 1].hexDigitValue,
                let low = bytes[index + 2].hexDigitValue
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        newStarts.append(oldStarts[bytes.count])
        let isChanged = decoded.count < bytes.count
        (bytes, starts) = (decoded, newStarts)
        return isChanged
    }
}
