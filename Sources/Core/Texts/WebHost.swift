/// The host of a web address in a text: letters and digits of any script, hyphens, underscores and full
/// stops. (Domain names have no underscores, but names of hosts in practice do.)
///
/// A letter of a script without letter case ends a host in ASCII, so that text can follow an address
/// without a space, unless the host goes on after it: `www日本.jp`. Punctuation, and with a top-level
/// domain also other text, can follow a host. What else continues it makes it invalid, because a link
/// to its beginning would lead to another site.
struct WebHost {
    typealias Index = LinkScanner.Index

    private static let lengthLimit = 253

    private let scanner: LinkScanner
    private let start: Index
    /// The end of the characters that can be part of a host.
    let runEnd: Index
    /// The end of the host without the punctuation that belongs to the sentence.
    let end: Index

    init(from start: Index, in scanner: LinkScanner) {
        self.scanner = scanner
        self.start = start
        var (end, cut) = Self.run(from: start, in: scanner)
        runEnd = end
        if !scanner.continuesAddress(at: end) {
            end = cut ?? end
            while end > start,
                ".-_".unicodeScalars.contains(scanner.scalars[scanner.scalars.index(before: end)])
            {
                end = scanner.scalars.index(before: end)
            }
        }
        self.end = end
    }

    /// Returns the end of the characters that can be part of a host, and where in its last label a
    /// letter of a script without letter case follows ASCII.
    private static func run(from start: Index, in scanner: LinkScanner) -> (end: Index, cut: Index?) {
        let scalars = scanner.scalars
        var end = start
        var cut: Index?
        var before: Unicode.Scalar?
        while end < scalars.endIndex {
            let scalar = scalars[end]
            let next = scalars.index(after: end)
            if scalar == "." {
                // Several full stops are an ellipsis.
                if next < scalars.endIndex, scalars[next] == "." { break }
                if scanner.continuesWithLetters(at: next) { cut = nil }
            } else if scalar == "\u{200C}" || scalar == "\u{200D}" {
                // Joiners are part of Persian and Indian names.
                guard before?.isASCII == false, next < scalars.endIndex, !scalars[next].isASCII,
                    scalars[next].isOfHost
                else { break }
            } else if !scalar.isOfHost {
                break
            } else if cut == nil, before?.isASCIIAlphanumeric == true,
                scalar.properties.generalCategory == .otherLetter
            {
                cut = end
            }
            before = scalar
            end = next
        }
        return (end, cut)
    }

    // MARK: - Kinds of hosts

    private var labels: [Substring.UnicodeScalarView] {
        var labels = scanner.scalars[start..<end].split(separator: ".", omittingEmptySubsequences: false)
        // The full stop at the end of a complete name.
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        return labels
    }

    var isValid: Bool {
        labels.reduce(-1) { $0 + $1.count + 1 } <= Self.lengthLimit
            && labels.allSatisfy { (1...63).contains($0.count) && $0.first != "-" && $0.last != "-" }
            && scanner.scalars[start..<end].contains { $0.isOfHost && !".-_".unicodeScalars.contains($0) }
    }

    /// Whether it is a domain name with an existing top-level domain.
    var isDomain: Bool {
        let labels = labels
        guard labels.count > 1, let last = labels.last, isValid else { return false }
        return !labels.suffix(2).joined().contains("_") && TopLevelDomains.contain(String(last))
    }

    /// Whether it is this computer, or an IP version 4 address.
    var isLocal: Bool {
        let labels = labels.map { String($0) }
        return labels.count == 1 && labels[0].lowercased() == "localhost"
            || labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
    }

    /// The place of the full stop before the top-level domain.
    var lastDot: Index? { scanner.scalars[start..<end].lastIndex(of: ".") }

    // MARK: - What follows

    /// Whether the text after it is not the rest of a sentence, but of a longer host that is not valid.
    func continues(at index: Index) -> Bool {
        // A host is not longer.
        let rest = scanner.scalars[index...].prefix(Self.lengthLimit).prefix { !LinkScanner.endsAddress($0) }
        guard let next = rest.first else { return false }
        if next == ":" { return hasPartOfAddress(rest.dropFirst()) }
        if next == "%" || next.isSymbol && !isDomain { return true }
        guard let letter = rest.indices.first(where: scanner.continuesWithLetters) else { return false }
        let isOtherAddress = ["http://", "https://"].contains {
            scanner.position(after: $0, at: letter, ignoringCase: true) != nil
        }
        return !isOtherAddress && (!isDomain || hasPartOfAddress(rest))
    }

    /// Whether a text after a host contains what follows a name in an address.
    private func hasPartOfAddress(_ rest: Substring.UnicodeScalarView) -> Bool {
        let end = scanner.trimmedEnd(of: rest.startIndex..<rest.endIndex)
        let rest = rest.starts(with: "...".unicodeScalars) ? rest[..<end].drop { $0 == "." } : rest[..<end]
        return rest.indices.contains { index in
            switch rest[index] {
            case "/", "?", "#", "@", "%", ":", "\\": true
            // The full stops of Chinese and Japanese are equal to others in domain names.
            case ".", "\u{3002}", "\u{FF0E}", "\u{FF61}":
                scanner.continuesWithLetters(at: scanner.scalars.index(after: index))
            default: false
            }
        }
    }
}

extension Unicode.Scalar {
    var isASCIIAlphanumeric: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }

    /// Whether it is a letter beyond ASCII of a script that has upper and lower case.
    var isCasedLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter: !isASCII
        default: false
        }
    }

    /// Whether it can be part of a host.
    var isOfHost: Bool {
        if isASCII { return isASCIIAlphanumeric || self == "." || self == "-" || self == "_" }
        return switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation: false
        default: isOfBody && !properties.isVariationSelector
        }
    }

    /// Whether it can be part of the path, the query or the fragment of an address.
    var isOfBody: Bool {
        if isASCII { return self > " " && !#"<>"`\#u{7F}"#.unicodeScalars.contains(self) }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation, .dashPunctuation:
            true
        default: false
        }
    }

    fileprivate var isSymbol: Bool {
        switch properties.generalCategory {
        case .otherSymbol, .mathSymbol, .currencySymbol, .modifierSymbol, .unassigned, .privateUse,
            .nonspacingMark, .spacingMark, .enclosingMark:
            true
        default: false
        }
    }
}
