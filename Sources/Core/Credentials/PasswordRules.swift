import Foundation

/// The validation of new passwords: 10–256 characters, not a common password, not the member's username or
/// email (NIST SP 800-63B §5.1.1.2: length in code points and a blocklist, no composition rules).
/// The code points are those that are hashed (see ``Passwords``), however the keyboard wrote the
/// letters.
enum PasswordRules {
    static let lengths = 10...256

    /// Returns why `password` is not allowed; nil if it is allowed.
    static func fault(in password: String, username: String, email: String) -> String? {
        let password = password.precomposedStringWithCanonicalMapping
        let length = password.unicodeScalars.count
        guard length >= lengths.lowerBound else {
            return """
                A password must have at least \(lengths.lowerBound) characters; \
                a few words in a row are easy to remember.
                """
        }
        guard length <= lengths.upperBound else {
            return "A password must have at most \(lengths.upperBound) characters."
        }
        let lower = password.lowercased()
        guard lower != username, lower != email else {
            return "A password must not be your username or email."
        }
        guard !CommonPasswords.contains(lower) else {
            return "This password is among the 10,000 most common ones; choose another."
        }
        return nil
    }
}
