import Crypto
import Encodings
import Foundation

/// Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which all apps know.
struct TOTP: Sendable {
    static let digits = 6
    /// Seconds.
    static let period: Int64 = 30
    /// How many steps the clock of a phone may be behind or ahead.
    private static let tolerance: Int64 = 1

    /// The secret that the app and the server share.
    let secret: [UInt8]

    /// A random secret of 160 bits, as RFC 4226 §4 recommends.
    static func random() -> TOTP {
        TOTP(secret: SymmetricKey(size: SymmetricKeySize(bitCount: 160)).withUnsafeBytes { Array($0) })
    }

    /// The number of the step at a time.
    /// - Parameter time: milliseconds since 1970.
    static func step(at time: Int64) -> Int64 { time / 1000 / period }

    /// The code of a step (RFC 4226 §5.3).
    func code(at step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Array($0) }
        let hash = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        // The last four bits choose four of the twenty bytes.
        let offset = Int(hash[hash.count - 1] & 0x0F)
        let number = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The step that `code` belongs to at a time; nil if it is wrong. Compares in constant time.
    func step(of code: String, at time: Int64) -> Int64? {
        let typed = code.filter { !$0.isWhitespace }
        let now = Self.step(at: time)
        var found: Int64?
        for step in now - Self.tolerance...now + Self.tolerance
        where Secret(typed).hash == Secret(self.code(at: step)).hash {
            found = step
        }
        return found
    }

    /// The secret as people type it into an app.
    var text: String { Base32.encode(secret) }

    /// The URI that a QR code contains
    /// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
    func uri(issuer: String, account: String) -> String {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        let issuer = encoded(issuer)
        let account = encoded(account)
        return """
            otpauth://totp/\(issuer):\(account)?secret=\(text)&issuer=\(issuer)\
            &algorithm=SHA1&digits=\(Self.digits)&period=\(Self.period)
            """
    }
}
