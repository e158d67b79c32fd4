/// What a browser keeps to show which accounts were signed in in it before. It lets nobody in: whoever guesses at an
/// account's password from everywhere cannot keep its owner out of such a browser (OWASP, “Slow Down Online Guessing
/// Attacks with Device Cookies”).
package struct KnownBrowser: Sendable, Equatable {
    /// More than most people have; the oldest is forgotten first.
    private static let accountsAtMost = 5

    /// Tells one browser from another.
    let name: String
    /// One for each account.
    private var signatures: [String]

    /// A browser that nobody was signed in in.
    package init() {
        name = Secret.random().text
        signatures = []
    }

    /// What ``text`` wrote; nil where it is nothing of that kind. Whether it is true, ``knows(_:signer:)`` tells.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty, (2...Self.accountsAtMost + 1).contains(parts.count)
        else { return nil }
        self.name = name
        signatures = Array(parts.dropFirst())
    }

    /// The value of the cookie.
    package var text: String { ([name] + signatures).joined(separator: ".") }

    /// The same browser after somebody has signed in.
    package func remembering(_ account: ID<Account>, signer: Signer) -> KnownBrowser {
        guard !knows(account, signer: signer) else { return self }
        var browser = self
        browser.signatures = Array(
            (signatures + [signer.signature(of: message(account), for: .knownBrowser)])
                .suffix(Self.accountsAtMost))
        return browser
    }

    func knows(_ account: ID<Account>, signer: Signer) -> Bool {
        signatures.contains { signer.accepts($0, of: message(account), for: .knownBrowser) }
    }

    private func message(_ account: ID<Account>) -> String { "\(name) \(account)" }
}
