import Crypto
import Encodings
import Storage

/// Signs cookie values, so that the site recognizes values that it made itself.
package struct Signer: Sendable {
    /// The purpose of a signature. A signature is not valid for another purpose.
    package enum Purpose: String, Sendable {
        /// The cookie that the form tokens of a visitor depend on.
        case visitor
        /// The cookie with the accounts that a browser was signed in to before.
        case knownBrowser = "known browser"
    }

    private let key: SymmetricKey

    init(key: Secret) { self.key = SymmetricKey(data: Array(key.text.utf8)) }

    package func signature(of text: String, for purpose: Purpose) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.message(text, purpose), using: key)))
    }

    /// Whether this signer made `signature`. Compares in constant time.
    package func accepts(_ signature: some StringProtocol, of text: String, for purpose: Purpose) -> Bool {
        guard let code = Base64URL.decode(String(signature)) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Self.message(text, purpose), using: key)
    }

    private static func message(_ text: String, _ purpose: Purpose) -> [UInt8] {
        Array("\(purpose.rawValue)\n\(text)".utf8)
    }
}

extension Community {
    /// Returns the signer of the community in `storage`. All instances have the same key.
    package static func signer(of storage: any Storage) async throws -> Signer {
        Signer(key: try await Facts.signingKey(in: storage))
    }
}
