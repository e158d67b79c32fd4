import Storage

/// The proof that a user entered the password of an account. The password was checked outside of a
/// transaction, because hashing is slow. The transaction that makes the change must therefore check that the
/// proof is still current.
package struct PasswordProof: Sendable {
    package let account: ID<Account>
    /// The hash that the password was checked against.
    let hash: String

    /// Whether the account still has the password that was checked.
    func isCurrent(in connection: any Connection) throws -> Bool {
        try AccountRecords.passwordHash(of: account, in: connection) == hash
    }

    /// - Parameters:
    ///   - viewer: the member who entered the password. Their session or token must not have ended since.
    ///   - field: the form field of the password, for the error.
    /// - Throws: ``Problem`` if the proof is not current.
    func require(of viewer: Viewer, field: String, in connection: any Connection) throws {
        guard account == viewer.id, try isCurrent(in: connection) else { throw Self.wrong(field) }
        try viewer.requireCredential(in: connection)
    }

    static func wrong(_ field: String) -> Problem {
        Problem(.invalid, field: field, "The password is not correct.")
    }
}

extension Viewer {
    /// Throws if the viewer's session or token ended during the request.
    func requireCredential(in connection: any Connection) throws {
        guard try CredentialRecords.exists(hash: credential.hash, in: connection) else {
            throw Problem.signInRequired
        }
    }
}
