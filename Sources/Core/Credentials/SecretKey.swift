import Crypto
import Encodings
import Storage

/// The key that encrypts secrets in the database, such as those of authenticator apps. It is not in the
/// database, so a copy of the database alone does not contain these secrets.
package struct SecretKey: Sendable {
    /// What a sealed secret is for. It cannot be opened for another purpose.
    enum Purpose: String {
        case authenticator
    }

    /// The minimum number of characters of a key.
    package static let minimumLength = 32

    private let key: SymmetricKey

    /// - Parameter text: 32 or more characters that nobody can guess. Returns nil if it is shorter.
    package init?(_ text: String) {
        guard text.utf8.count >= Self.minimumLength else { return nil }
        key = SymmetricKey(data: Array(text.utf8))
    }

    private init(_ key: SymmetricKey) { self.key = key }

    /// A new random key.
    package static func random() -> SecretKey {
        SecretKey(SymmetricKey(data: Array(Secret.random().text.utf8)))
    }

    /// Encrypts bytes with ChaCha20-Poly1305 (RFC 8439).
    /// - Parameter owner: whose secret it is. It cannot be opened for another owner.
    func seal(_ bytes: [UInt8], for purpose: Purpose, of owner: ID<Account>) throws -> [UInt8] {
        try Array(
            ChaChaPoly.seal(
                bytes, using: derived(purpose.rawValue), authenticating: Array(owner.description.utf8)
            ).combined)
    }

    /// Decrypts bytes; nil if they were sealed with another key, for another purpose or for another owner.
    func open(_ bytes: [UInt8], for purpose: Purpose, of owner: ID<Account>) -> [UInt8]? {
        guard let box = try? ChaChaPoly.SealedBox(combined: bytes) else { return nil }
        let opened = try? ChaChaPoly.open(
            box, using: derived(purpose.rawValue), authenticating: Array(owner.description.utf8))
        return opened.map { Array($0) }
    }

    /// Recognizes the key, and does not help to guess it.
    var fingerprint: String {
        Array(HMAC<SHA256>.authenticationCode(for: Array("fingerprint".utf8), using: derived("fingerprint")))
            .hexadecimal
    }

    private func derived(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
    }
}

extension SecretKey {
    /// Thrown if the community has secrets that another key encrypted.
    package struct IsAnother: Error {}

    /// Checks that no secrets in the database were encrypted with another key.
    /// - Throws: ``IsAnother``.
    package func check(in storage: any Storage) async throws {
        let recorded = try await storage.read { try Facts.value(Facts.secretKey, in: $0) }
        guard recorded == nil || recorded == fingerprint else { throw IsAnother() }
    }

    /// Whether secrets in the database are encrypted, with this or another key.
    package static func isRecorded(in storage: any Storage) async throws -> Bool {
        try await storage.read { try Facts.value(Facts.secretKey, in: $0) } != nil
    }

    /// Records the key before the first secret is encrypted. From then on, every instance needs this key.
    func record(in connection: any Connection) throws {
        guard try Facts.add(Facts.secretKey, fingerprint, in: connection) == fingerprint else {
            throw Problem(
                .unavailable(retryAfter: 3600),
                "Instances of this site have different secret keys. Tell the administrator.")
        }
    }

    /// Records this key in place of another one. Secrets that the other key encrypted are lost: codes of
    /// authenticator apps are wrong from now on, and recovery codes still work.
    package func replaceOther(in storage: any Storage) async throws {
        try await storage.write { try Facts.set(Facts.secretKey, to: fingerprint, in: $0) }
    }
}
