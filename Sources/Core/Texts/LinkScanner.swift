/// Finds web addresses in a text.
///
/// - An address begins with `http://` or `https://`, or is a domain with a path (`example.org/path`), or
///   begins with `www.`. Without a scheme, the domain must have an existing top-level domain.
/// - It ends before white space, quotation marks, angle brackets, symbols such as emoji, and the punctuation
///   of other scripts. Punctuation at its end belongs to the sentence, as does a closing bracket that was not
///   opened in the address.
/// - Addresses of other schemes, and those with a user name or an IP version 6 address, are not links: such
///   links are used for deception more often than for reading. They are recognised, so that no part of one is
///   a tag or a mention.
struct LinkScanner {
    typealias Scalars = String.UnicodeScalarView
    typealias Index = Scalars.Index

    /// What begins at a position of a text.
    enum Found {
        /// A web address up to `end`, with the URL that it leads to.
        case link(end: Index, url: String)
        /// Text up to `end` in which no link, tag or mention begins.
        case text(end: Index)
    }

    private let scalars: Scalars

    init(_ scalars: Scalars) { self.scalars = scalars }

    /// Whether an address can begin at an ASCII letter or digit after this scalar. Scripts without spaces
    /// have no letter case, and addresses follow their letters directly.
    static func canBegin(after scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .nonspacingMark, .spacingMark,
            .decimalNumber:
            false
        default: scalar != "_" && scalar != "-" && scalar != "@" && scalar != "."
        }
    }

    /// Examines the word that begins at an ASCII letter or digit.
    func scan(from start: Index) -> Found {
        let hostEnd = end(from: start) { $0.isASCIIAlphanumeric || $0 == "." || $0 == "-" || $0 == "+" }
        if let afterScheme = position(after: "://", at: hostEnd) {
            return scan(from: start, afterScheme: afterScheme, scheme: text(start, hostEnd).lowercased())
        }
        // The full stop of a sentence is not part of a domain.
        var domainEnd = hostEnd
        while domainEnd > start, scalars[scalars.index(before: domainEnd)] == "." {
            domainEnd = scalars.index(before: domainEnd)
        }
        let domain = text(start, domainEnd)
        let bodyStart = endOfPort(from: domainEnd)
        let hasPath = bodyStart < scalars.endIndex && scalars[bodyStart] == "/"
        guard hasPath || domain.lowercased().hasPrefix("www."), Self.isDomain(domain) else {
            return .text(end: hostEnd)
        }
        let end =
            hasPath || startsBody(at: bodyStart)
            ? trimmedEnd(of: start..<endOfBody(from: bodyStart)) : domainEnd
        return .link(end: end, url: "https://" + text(start, end))
    }

    private func scan(from start: Index, afterScheme: Index, scheme: String) -> Found {
        let end = trimmedEnd(of: start..<endOfBody(from: afterScheme))
        let authorityEnd = self.end(from: afterScheme) {
            Self.isBody($0) && $0 != "/" && $0 != "?" && $0 != "#"
        }
        guard scheme == "http" || scheme == "https", afterScheme < end,
            !scalars[afterScheme..<authorityEnd].contains(where: { $0 == "@" || $0 == "[" })
        else { return .text(end: max(end, afterScheme)) }
        let hostEnd = endOfHost(from: afterScheme)
        guard hostEnd > afterScheme else { return .text(end: max(end, afterScheme)) }
        let bodyStart = endOfPort(from: hostEnd)
        let linkEnd = min(startsBody(at: bodyStart) ? end : bodyStart, end)
        return .link(end: linkEnd, url: scheme + "://" + text(afterScheme, linkEnd))
    }

    // MARK: - Parts

    /// Whether a text is a domain name with an existing top-level domain.
    private static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, text.utf8.count <= 253, let last = labels.last else { return false }
        let areValid = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && !label.contains("+")
        }
        return areValid && TopLevelDomains.contain(String(last))
    }

    /// The end of a host of letters and digits of any script. A letter of a script without letter case ends a
    /// host in ASCII, so that text can follow an address without a space.
    private func endOfHost(from start: Index) -> Index {
        var end = start
        var before: Unicode.Scalar?
        while end < scalars.endIndex {
            let scalar = scalars[end]
            if !scalar.isASCIIAlphanumeric {
                if scalar == "." || scalar == "-" {
                    if before == nil || before == "." { break }
                } else if scalar.isASCII || !Self.isBody(scalar)
                    || scalar.properties.generalCategory == .otherLetter
                        && before?.isASCIIAlphanumeric == true
                {
                    break
                }
            }
            before = scalar
            end = scalars.index(after: end)
        }
        while end > start, [".", "-"].contains(scalars[scalars.index(before: end)]) {
            end = scalars.index(before: end)
        }
        return end
    }

    /// The end of a port (`:8080`) that begins here; `start` if there is none.
    private func endOfPort(from start: Index) -> Index {
        guard start < scalars.endIndex, scalars[start] == ":" else { return start }
        let first = scalars.index(after: start)
        let end = end(from: first) { ("0"..."9").contains($0) }
        return end == first || scalars.distance(from: first, to: end) > 5 ? start : end
    }

    private func startsBody(at index: Index) -> Bool {
        index < scalars.endIndex && ["/", "?", "#"].contains(scalars[index])
    }

    private func endOfBody(from start: Index) -> Index { end(from: start, while: Self.isBody) }

    private static func isBody(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar > " " && !#"<>"`\\#u{7F}"#.unicodeScalars.contains(scalar) }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation, .dashPunctuation:
            true
        default: false
        }
    }

    /// The end of an address without the punctuation that belongs to the sentence.
    private func trimmedEnd(of range: Range<Index>) -> Index {
        let pairs: [Unicode.Scalar: Unicode.Scalar] = [")": "(", "]": "[", "}": "{"]
        var counts: [Unicode.Scalar: Int] = [:]
        for scalar in scalars[range] where "()[]{}".unicodeScalars.contains(scalar) {
            counts[scalar, default: 0] += 1
        }
        var end = range.upperBound
        while end > range.lowerBound {
            let last = scalars[scalars.index(before: end)]
            if let opening = pairs[last] {
                guard counts[last, default: 0] > counts[opening, default: 0] else { break }
                counts[last, default: 0] -= 1
            } else if !".,;:!?'*".unicodeScalars.contains(last) {
                break
            }
            end = scalars.index(before: end)
        }
        return end
    }

    private func end(from start: Index, while condition: (Unicode.Scalar) -> Bool) -> Index {
        scalars[start...].firstIndex { !condition($0) } ?? scalars.endIndex
    }

    private func position(after text: String, at start: Index) -> Index? {
        var index = start
        for scalar in text.unicodeScalars {
            guard index < scalars.endIndex, scalars[index] == scalar else { return nil }
            index = scalars.index(after: index)
        }
        return index
    }

    private func text(_ start: Index, _ end: Index) -> String { String(scalars[start..<end]) }
}

extension Unicode.Scalar {
    var isASCIIAlphanumeric: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}
