/// What passes for an email address. Only a message that arrives proves one; this refuses what cannot be one
/// (RFC 5321 §4.5.3.1 for the lengths).
enum EmailAddress {
    static func normalized(_ typed: String) -> String { typed.trimmed.lowercased() }

    /// What is wrong with a normalized address; nil when nothing is.
    static func fault(in address: String) -> String? {
        let wrong = "Enter an email address like name@example.org."
        guard address.utf8.count <= 254 else { return "An email address has at most 254 characters." }
        guard !address.contains(where: \.isWhitespace), !address.hasControlCharacters else { return wrong }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return wrong }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty && $0.first != "-" && $0.last != "-" }) else {
            return wrong
        }
        guard !address.contains(where: { "<>()[],;:\\\"".contains($0) }) else { return wrong }
        return nil
    }
}
