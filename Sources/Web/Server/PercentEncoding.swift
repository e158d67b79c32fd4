/// Bytes of an address with what is percent-encoded (RFC 3986 §2.1) in plain, also where it is encoded more than once
/// and where something else in it is not well encoded. For a log, which must not show in one spelling what it hides in
/// another; not for routing.
package struct PercentDecoded: Sendable {
    /// Whoever encodes more often hides nothing from a reader with patience, but decoding must end.
    private static let mostTimes = 8

    package private(set) var bytes: [UInt8]
    /// Where each byte begins in the text that was read, and where that ends.
    private var starts: [Int]?

    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return }
        starts = Array(0...bytes.count)
        for _ in 0..<Self.mostTimes where decode() {}
    }

    /// Where the byte at `place`, or the end of all, stands in the text.
    package func start(of place: Int) -> Int { starts?[place] ?? place }

    /// Once; false where nothing was encoded.
    private mutating func decode() -> Bool {
        guard let old = starts else { return false }
        var (plain, begins): ([UInt8], [Int]) = ([], [])
        var place = 0
        while place < bytes.count {
            begins.append(old[place])
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                let high = bytes[place + 1].hexDigitValue,
                let low = bytes[place + 2].hexDigitValue
            {
                plain.append(high << 4 | low)
                place += 3
            } else {
                plain.append(bytes[place])
                place += 1
            }
        }
        begins.append(old[bytes.count])
        let isChanged = plain.count < bytes.count
        (bytes, starts) = (plain, begins)
        return isChanged
    }
}

extension UInt8 {
    /// The value of the hexadecimal digit that this byte is in ASCII; nil where it is none.
    var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
