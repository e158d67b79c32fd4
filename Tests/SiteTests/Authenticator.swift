import Encodings
import TestSupport
import Testing

@testable import Core

/// An authenticator app that was given a secret.
struct Authenticator {
    private let totp: TOTP

    /// - Parameter secret: as people type it.
    init(_ secret: String) throws {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (bits, count, bytes) = (0, 0, [UInt8]())
        for character in secret where character != " " {
            bits = bits << 5 | (try #require(alphabet.firstIndex(of: character)))
            count += 5
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            bits &= 1 << count - 1
        }
        totp = TOTP(secret: bytes)
    }

    /// The code that the app shows at the time of a test.
    func code(at time: TestClock) -> String { totp.code(at: TOTP.step(at: time.now)) }
}
