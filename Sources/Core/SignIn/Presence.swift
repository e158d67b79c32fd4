import Storage

/// The rules that prove that a member is present, and not only their session or token. Changes of how an
/// account is protected need this proof.
package struct Presence: Sendable {
    /// How long a proof lasts in a session, in milliseconds. A token has to send it with every change.
    package static let lifetime: Int64 = 10 * 60 * 1000

    let storage: any Storage
    let passwords: Passwords
    let throttle: SignInThrottle
    let clock: WallClock
    let cache: ViewerCache
    let events: any Events

    /// Whether the member of a session proved a short time ago that they are present.
    package func isRecent(_ viewer: Viewer) -> Bool {
        let age = clock.now() - viewer.credential.provedAt
        return viewer.credential.kind == .session && age >= 0 && age < Self.lifetime
    }

    /// Makes a change, in one transaction that checks the proof.
    /// - Parameter password: nil if the session was proved a short time ago.
    /// - Throws: ``Problem``: `forbidden` if there is no proof, `invalid` if the password is wrong.
    func proving<Result: Sendable>(
        _ viewer: Viewer, password: String?,
        change: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        guard let password else {
            guard isRecent(viewer) else {
                throw Problem(.forbidden, field: "password", "Enter your password to do this.")
            }
            return try await storage.write { connection in
                try Accounts.rejectDemoAccount(viewer, in: connection)
                try viewer.requireCredential(in: connection)
                return try change(connection)
            }
        }
        let proof = try await verify(password, of: viewer)
        let now = clock.now()
        let result = try await storage.write { connection in
            try proof.require(of: viewer, field: "password", in: connection)
            if viewer.credential.kind == .session {
                try CredentialRecords.setProvedAt(now, hash: viewer.credential.hash, in: connection)
            }
            return try change(connection)
        }
        cache.removeAll()
        await events.publish(.credentials([viewer.id]))
        return result
    }

    /// Checks the viewer's password. Throws if it is wrong, and for the demo account, which has none.
    func verify(
        _ password: String, of viewer: Viewer, field: String = "password"
    ) async throws -> PasswordProof {
        let hash = try await storage.read { connection in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            return try AccountRecords.passwordHash(of: viewer.id, in: connection)
        }
        let id = viewer.id.description
        let matches = try await throttle.counting([(.wrongPasswords, id)]) {
            try await passwords.check(password, against: hash, for: .member(viewer.id))
        }
        guard matches, let hash else { throw PasswordProof.wrong(field) }
        return PasswordProof(account: viewer.id, hash: hash)
    }
}
