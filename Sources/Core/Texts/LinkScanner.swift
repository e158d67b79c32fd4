/// Finds web addresses in a text.
///
/// - An address begins with `http://` or `https://`, or is a domain with a path, a query or a fragment
///   (`example.org/path`), or begins with `www.`. Without a scheme, the domain must have an existing
///   top-level domain.
/// - An address extends to white space, a straight quotation mark or an angle bracket: up to there,
///   nothing is a tag or a mention. The link ends earlier, before symbols such as emoji, and the
///   punctuation of other scripts. Punctuation at its end belongs to the sentence, as does a closing
///   bracket that was not opened in the address.
/// - A link leads to the whole host or is none: see ``WebHost``.
/// - Addresses of other schemes, and those with a user name or an IP address without a scheme, are not
///   links: such links are used for deception more often than for reading. They are recognised, so that
///   no part of one is a tag or a mention.
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

    let scalars: Scalars

    init(_ scalars: Scalars) { self.scalars = scalars }

    /// Whether an address can begin at this scalar. One without a scheme begins at a letter of a script
    /// with letter case only: the others have no spaces between words, and addresses follow their
    /// letters directly.
    static func canBegin(at scalar: Unicode.Scalar, after before: Unicode.Scalar?) -> Bool {
        guard scalar.isASCIIAlphanumeric || scalar.isCasedLetter else { return false }
        guard let before else { return true }
        return switch before.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .nonspacingMark, .spacingMark,
            .decimalNumber:
            false
        default: !"_-@.%+".unicodeScalars.contains(before)
        }
    }

    /// Examines the word that begins here.
    /// - Parameter needsScheme: whether only an address with a scheme is a link.
    func scan(from start: Index, needsScheme: Bool) -> Found {
        let wordEnd = end(from: start) { $0.isASCIIAlphanumeric || $0 == "." || $0 == "-" || $0 == "+" }
        if let afterScheme = position(after: "://", at: wordEnd) {
            return scan(from: start, afterScheme: afterScheme, scheme: text(start, wordEnd).lowercased())
        }
        let host = WebHost(from: start, in: self)
        guard !needsScheme else { return .text(end: host.runEnd) }
        let isNamed = position(after: "www.", at: start, ignoringCase: true) != nil
        guard isNamed && host.isDomain || isAddress(host) else { return .text(end: host.runEnd) }
        guard host.isDomain, let end = endOfLink(from: start, host),
            isNamed || end > endOfPort(from: host.end) ?? end
        else { return .text(end: endOfAddress(from: start)) }
        return .link(end: end, url: "https://" + text(start, end))
    }

    private func scan(from start: Index, afterScheme: Index, scheme: String) -> Found {
        guard scheme == "http" || scheme == "https",
            !authority(from: afterScheme).contains(where: { $0 == "@" || $0 == "[" })
        else { return .text(end: endOfAddress(from: afterScheme)) }
        let host = WebHost(from: afterScheme, in: self)
        guard host.isValid, let end = endOfLink(from: start, host) else {
            return .text(end: endOfAddress(from: afterScheme))
        }
        return .link(end: end, url: scheme + "://" + text(afterScheme, end))
    }

    /// Returns the end of a link with this host; nil if the host is only a part of the one in the text.
    private func endOfLink(from start: Index, _ host: WebHost) -> Index? {
        guard let bodyStart = endOfPort(from: host.end) else { return nil }
        if startsBody(at: bodyStart) {
            return max(trimmedEnd(of: start..<endOfBody(from: bodyStart)), bodyStart)
        }
        return host.continues(at: bodyStart) ? nil : bodyStart
    }

    // MARK: - Signs of an address

    /// Whether an address without a scheme has this host. If the host is not valid, no link leads to it.
    private func isAddress(_ host: WebHost) -> Bool {
        host.isLocal ? continuesAddress(at: host.end) : endsDomain(at: host.lastDot, host.end)
    }

    /// Whether the full stop here is before the top-level domain of an address.
    func endsDomain(at dot: Index) -> Bool {
        guard scalars[dot] == "." else { return false }
        return endsDomain(at: dot, end(from: scalars.index(after: dot)) { $0 != "." && $0.isOfHost })
    }

    private func endsDomain(at dot: Index?, _ end: Index) -> Bool {
        guard let dot, continuesAddress(at: end) else { return false }
        return TopLevelDomains.contain(text(scalars.index(after: dot), end))
    }

    /// Whether a scheme or a domain ends here, or an IP version 6 address begins here.
    func isPartOfAddress(at index: Index) -> Bool {
        switch scalars[index] {
        case ":": return position(after: "://", at: index) != nil
        case "[":
            let end = end(from: scalars.index(after: index)) { $0.properties.isASCIIHexDigit || $0 == ":" }
            guard let after = position(after: "]", at: end) else { return false }
            return scalars[index..<end].count(where: { $0 == ":" }) > 1 && continuesAddress(at: after)
        default: return endsDomain(at: index)
        }
    }

    /// Whether a path, a query, a fragment or a port follows a host.
    func continuesAddress(at end: Index) -> Bool {
        guard end < scalars.endIndex else { return false }
        if scalars[end] == "/" { return true }
        let next = scalars.index(after: end)
        guard next < scalars.endIndex, !Self.endsAddress(scalars[next]) else { return false }
        return startsBody(at: end) || scalars[end] == ":" && scalars[next].isASCIIAlphanumeric
    }

    // MARK: - Parts

    /// The end of an address that began before, whatever is in it.
    func endOfAddress(from start: Index) -> Index { end(from: start) { !Self.endsAddress($0) } }

    static func endsAddress(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            || scalar == "\"" || scalar == "<" || scalar == ">"
    }

    private func authority(from start: Index) -> Scalars.SubSequence {
        scalars[start...].prefix { !Self.endsAddress($0) && $0 != "/" && $0 != "?" && $0 != "#" }
    }

    /// The end of a port (`:8080`) that begins here; `start` if there is none, and nil if a number
    /// follows the colon that is no port.
    private func endOfPort(from start: Index) -> Index? {
        guard start < scalars.endIndex, scalars[start] == ":" else { return start }
        let first = scalars.index(after: start)
        let end = end(from: first) { ("0"..."9").contains($0) }
        if end == first { return start }
        guard UInt16(text(first, end)) ?? 0 > 0, !continuesWithLetters(at: end) else { return nil }
        return end
    }

    func continuesWithLetters(at index: Index) -> Bool {
        index < scalars.endIndex && (scalars[index].isASCIIAlphanumeric || scalars[index].isCasedLetter)
    }

    func startsBody(at index: Index) -> Bool {
        index < scalars.endIndex && ["/", "?", "#"].contains(scalars[index])
    }

    private func endOfBody(from start: Index) -> Index { end(from: start) { $0.isOfBody } }

    /// The end of an address without the punctuation that belongs to the sentence.
    func trimmedEnd(of range: Range<Index>) -> Index {
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

    func end(from start: Index, while condition: (Unicode.Scalar) -> Bool) -> Index {
        scalars[start...].firstIndex { !condition($0) } ?? scalars.endIndex
    }

    func position(after text: String, at start: Index, ignoringCase: Bool = false) -> Index? {
        var index = start
        for scalar in text.unicodeScalars {
            guard index < scalars.endIndex else { return nil }
            guard scalars[index] == scalar || ignoringCase && scalars[index].value | 0x20 == scalar.value
            else {
                return nil
            }
            index = scalars.index(after: index)
        }
        return index
    }

    func text(_ start: Index, _ end: Index) -> String { String(scalars[start..<end]) }
}
