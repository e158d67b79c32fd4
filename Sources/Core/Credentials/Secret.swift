import Crypto

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

/// Base 64 in the URL-safe alphabet without padding (RFC 4648 §5).
enum Base64URL {
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Decodes `text`. Returns nil where it is not a valid encoding.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | UInt32(digit)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return encode(bytes) == text ? bytes : nil
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity((bytes.count * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0...group.count {
                digits.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)])
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
