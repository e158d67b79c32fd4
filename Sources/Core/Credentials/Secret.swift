import Crypto

/// A random string that proves who somebody is: a session's cookie or an API token.
package struct Secret: Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    /// 256 random bits in the URL-safe alphabet of RFC 4648 §5, after a prefix that tells people (and scanners of
    /// leaked secrets) what it is.
    package static func random(prefix: String = "") -> Secret {
        Secret(prefix + Base64URL.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }))
    }

    /// What is stored in its place: a reader of the database learns no secret. A plain hash is enough for 256
    /// random bits; there is nothing to guess.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// The token that every form of this visitor carries: derived, so that nothing is stored for it, and useless
    /// to whoever does not hold the secret.
    package var formToken: String {
        Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.formTokenMessage, using: key)))
    }

    /// Whether `token` is this visitor's form token, in constant time.
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

    /// The bytes behind `text`; nil where it is not such an encoding.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in text.utf8 {
            guard let digit = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(digit)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return encode(bytes) == text ? bytes : nil
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity((bytes.count * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0...group.count {
                letters.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
