import Storage

/// That somebody gave the password of an account. It was checked outside of a transaction, as that takes its time, so
/// whatever is done for it looks once more, in the transaction that does it, whether it still holds.
package struct PasswordProof: Sendable {
    package let account: ID<Account>
    /// What the password was checked against.
    let hash: String

    /// Whether the password is still the one that was checked.
    func holds(in connection: any Connection) throws -> Bool {
        try AccountRecords.passwordHash(of: account, in: connection) == hash
    }

    /// - Parameters:
    ///   - viewer: who gave it; their session or token must not have ended meanwhile.
    ///   - field: where the password stood.
    /// - Throws: ``Problem`` where it holds no more.
    func require(of viewer: Viewer, field: String, in connection: any Connection) throws {
        guard account == viewer.id, try holds(in: connection) else { throw Self.wrong(field) }
        try viewer.requireCredential(in: connection)
    }

    static func wrong(_ field: String) -> Problem {
        Problem(.invalid, field: field, "This is not your password.")
    }
}

extension Viewer {
    /// Refuses whose session or token ended while the request was under way.
    func requireCredential(in connection: any Connection) throws {
        guard try CredentialRecords.exists(hash: credential.hash, in: connection) else {
            throw Problem.signInNeeded
        }
    }
}
