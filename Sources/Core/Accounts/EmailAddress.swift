import Foundation

/// The validation of email addresses. Only a delivered message proves that an address exists; this rejects
/// what cannot be an address (RFC 5321 §4.5.3.1 for the lengths).
enum EmailAddress {
    /// The address as it is stored and compared: in lower case, in NFC, its domain in A-labels (`xn--…`, RFC
    /// 5890). So different spellings of one mailbox are one address.
    static func normalized(_ typed: String) -> String {
        let address = legacyNormalized(typed).precomposedStringWithCanonicalMapping
        guard let at = address.lastIndex(of: "@") else { return address }
        let domain = address[address.index(after: at)...]
        // The domain mapping would silently drop some characters. Such an address stays as it is, and `fault`
        // rejects it.
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }), TextKind.line.fault(in: address) == nil,
            let asciiDomain = asciiDomain(String(domain))
        else { return address }
        return address[...at] + asciiDomain
    }

    /// The address as earlier versions stored it, without NFC and A-labels. Members whose stored address
    /// could not be normalized still sign in with it.
    static func legacyNormalized(_ typed: String) -> String { typed.trimmed.lowercased().withoutNUL }

    /// Converts a domain to A-labels with Foundation’s UTS #46. Returns nil if it is not a domain.
    private static func asciiDomain(_ domain: String) -> String? {
        var components = URLComponents()
        components.host = domain
        guard let host = components.encodedHost, !host.isEmpty, !host.contains("%") else { return nil }
        return host.lowercased()
    }

    /// Returns why a normalized address is not valid; nil if it is valid.
    static func fault(in address: String) -> String? {
        let message = "Enter an email address like name@example.org."
        guard address.utf8.count <= 254 else { return "An email address must have at most 254 characters." }
        guard !address.contains(where: \.isWhitespace), TextKind.line.fault(in: address) == nil,
            !address.unicodeScalars.contains(where: {
                $0.properties.isDefaultIgnorableCodePoint || $0 == "\u{FFFD}"
            })
        else { return message }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return message }
        guard parts[1].utf8.allSatisfy({ $0 < 0x80 }) else { return message }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2,
            labels.allSatisfy({ label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
            })
        else {
            return message
        }
        guard !address.contains(where: { "<>()[],;:\\\"".contains($0) }) else { return message }
        return nil
    }
}
