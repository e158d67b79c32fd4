import Crypto
import Storage

/// Signs what browsers keep for the site, so that the site knows its own again.
package struct Signer: Sendable {
    /// What a signature is for: one made for something else is none.
    package enum Purpose: String, Sendable {
        /// The cookie that the forms of a stranger hang on.
        case visitor
        /// The cookie that says who was signed in before.
        case knownBrowser = "known browser"
    }

    private let key: SymmetricKey

    init(key: Secret) { self.key = SymmetricKey(data: Array(key.text.utf8)) }

    package func signature(of text: String, for purpose: Purpose) -> String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.message(text, purpose), using: key)))
    }

    /// Whether `signature` is this signer's, in constant time.
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
    /// The signer of the community in `storage`; all copies have the same.
    package static func signer(of storage: any Storage) async throws -> Signer {
        Signer(key: try await Facts.signingKey(in: storage))
    }
}
