import Crypto
import Encodings

/// A random string that authenticates its holder: the cookie of a session, an API token, or an invitation.
package struct Secret: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    /// Returns 256 random bits in the URL-safe alphabet of RFC 4648 §5, after a prefix that tells people and
    /// secret scanners what it is.
    package static func random(prefix: String = "") -> Secret {
        Secret(prefix + Base64URL.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }))
    }

    /// The hash that is stored in place of the secret, so that the database contains no secrets. Plain
    /// SHA-256 is enough, because nobody can guess 256 random bits.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// The token that protects forms from cross-site request forgery. It is derived from the secret in the
    /// browser's cookie, so nothing is stored for it, and it is useless without that cookie.
    package var formToken: String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.formTokenMessage, using: key)))
    }

    /// Whether `token` is the form token of this secret. Compares in constant time.
    package func accepts(formToken token: String) -> Bool {
        guard let code = Base64URL.decode(token) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.formTokenMessage, using: key)
    }

    private static let formTokenMessage = Array("form token".utf8)
    private var key: SymmetricKey { SymmetricKey(data: Array(text.utf8)) }
}
