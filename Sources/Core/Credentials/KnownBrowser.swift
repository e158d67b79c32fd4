/// A cookie that proves which accounts a browser was signed in to before. It does not sign anybody in. It
/// keeps the owner's browser usable while an attacker guesses the account's password from many addresses
/// (OWASP, “Slow Down Online Guessing Attacks with Device Cookies”).
package struct KnownBrowser: Sendable, Equatable {
    /// The number of accounts that one browser remembers; the oldest is removed first. Most people have
    /// fewer.
    private static let accountLimit = 5

    /// The random name of the browser.
    let name: String
    /// One signature for each account.
    private var signatures: [String]

    /// A browser that was never signed in.
    package init() {
        name = Secret.random().text
        signatures = []
    }

    /// Reads the value of the cookie. Returns nil if its format is not valid. ``knows(_:signer:)`` checks
    /// the signatures.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty, (2...Self.accountLimit + 1).contains(parts.count)
        else { return nil }
        self.name = name
        signatures = Array(parts.dropFirst())
    }

    /// The value of the cookie.
    package var text: String { ([name] + signatures).joined(separator: ".") }

    /// Returns the browser after a sign-in to `account`.
    package func remembering(_ account: ID<Account>, signer: Signer) -> KnownBrowser {
        guard !knows(account, signer: signer) else { return self }
        var browser = self
        browser.signatures = Array(
            (signatures + [signer.signature(of: message(account), for: .knownBrowser)])
                .suffix(Self.accountLimit))
        return browser
    }

    /// Whether the browser was signed in to `account` before.
    func knows(_ account: ID<Account>, signer: Signer) -> Bool {
        signatures.contains { signer.accepts($0, of: message(account), for: .knownBrowser) }
    }

    private func message(_ account: ID<Account>) -> String { "\(name) \(account)" }
}
