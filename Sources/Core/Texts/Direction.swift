/// Directional control characters (UAX #9) in text that people wrote. Text from right to left is mixed with
/// names and numbers, so prose may contain them; their effect must end where the text ends.
extension StringProtocol {
    /// The text with every isolate, embedding and override closed on its line, and without characters that
    /// close what the text did not open. So nothing around the text changes its direction. Letters stay.
    package var directionallyClosed: String {
        guard utf8.contains(0xE2), unicodeScalars.contains(where: \.isDirectional) else {
            return String(self)
        }
        var closed = String.UnicodeScalarView()
        // The characters that close what is open, innermost last.
        var open: [Unicode.Scalar] = []
        for scalar in unicodeScalars {
            switch scalar {
            case .leftToRightEmbedding, .rightToLeftEmbedding, .leftToRightOverride, .rightToLeftOverride:
                open.append(.endOfEmbedding)
            case .leftToRightIsolate, .rightToLeftIsolate, .firstStrongIsolate: open.append(.endOfIsolate)
            case .endOfEmbedding:
                // It closes no embedding outside of the isolate that it is in.
                guard open.last == .endOfEmbedding else { continue }
                open.removeLast()
            case .endOfIsolate:
                guard let isolate = open.lastIndex(of: .endOfIsolate) else { continue }
                open.removeSubrange(isolate...)
            case "\n":
                closed.append(contentsOf: open.reversed())
                open.removeAll()
            default: break
            }
            closed.append(scalar)
        }
        closed.append(contentsOf: open.reversed())
        return String(closed)
    }

    /// The text between isolates, for places that have no markup, such as the title of a page. Text that can
    /// contain nothing from right to left stays as it is: every code point below U+0580 begins with a byte
    /// below 0xD6.
    package var directionallyIsolated: String {
        if utf8.allSatisfy({ $0 < 0xD6 }) { return String(self) }
        let lines = directionallyClosed.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { $0.isEmpty ? "" : "\u{2068}\($0)\u{2069}" }.joined(separator: "\n")
    }
}

extension Unicode.Scalar {
    fileprivate static let leftToRightEmbedding: Self = "\u{202A}"
    fileprivate static let rightToLeftEmbedding: Self = "\u{202B}"
    fileprivate static let endOfEmbedding: Self = "\u{202C}"
    fileprivate static let leftToRightOverride: Self = "\u{202D}"
    fileprivate static let rightToLeftOverride: Self = "\u{202E}"
    fileprivate static let leftToRightIsolate: Self = "\u{2066}"
    fileprivate static let rightToLeftIsolate: Self = "\u{2067}"
    fileprivate static let firstStrongIsolate: Self = "\u{2068}"
    fileprivate static let endOfIsolate: Self = "\u{2069}"

    fileprivate var isDirectional: Bool {
        (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }
}
