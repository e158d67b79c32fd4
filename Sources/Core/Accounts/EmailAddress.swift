import Foundation

/// What passes for an email address. Only a message that arrives proves one; this refuses what cannot be one
/// (RFC 5321 §4.5.3.1 for the lengths).
enum EmailAddress {
    /// The address as it is kept and compared, so that what is delivered to one place is one address: in lower case,
    /// composed (NFC), its domain in A-labels (`xn--…`, RFC 5890).
    static func normalized(_ typed: String) -> String {
        let address = asTyped(typed).precomposedStringWithCanonicalMapping
        guard let at = address.lastIndex(of: "@") else { return address }
        let domain = address[address.index(after: at)...]
        // What the mapping of domains would drop without a word is refused as it stands.
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }), TextShape.line.fault(in: address) == nil,
            let inASCII = inASCII(String(domain))
        else { return address }
        return address[...at] + inASCII
    }

    /// The address as it was kept before domains were brought to A-labels: whoever registered one that could not be
    /// brought to them signs in with it as ever.
    static func asTyped(_ typed: String) -> String { typed.trimmed.lowercased().withoutNUL }

    /// A domain in A-labels, by Foundation’s UTS #46; nil for what is no domain.
    private static func inASCII(_ domain: String) -> String? {
        var components = URLComponents()
        components.host = domain
        guard let host = components.encodedHost, !host.isEmpty, !host.contains("%") else { return nil }
        return host.lowercased()
    }

    /// What is wrong with a normalized address; nil when nothing is.
    static func fault(in address: String) -> String? {
        let wrong = "Enter an email address like name@example.org."
        guard address.utf8.count <= 254 else { return "An email address has at most 254 characters." }
        guard !address.contains(where: \.isWhitespace), TextShape.line.fault(in: address) == nil,
            !address.unicodeScalars.contains(where: {
                $0.properties.isDefaultIgnorableCodePoint || $0 == "\u{FFFD}"
            })
        else { return wrong }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return wrong }
        guard parts[1].utf8.allSatisfy({ $0 < 0x80 }) else { return wrong }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty && $0.first != "-" && $0.last != "-" })
        else {
            return wrong
        }
        guard !address.contains(where: { "<>()[],;:\\\"".contains($0) }) else { return wrong }
        return nil
    }
}
