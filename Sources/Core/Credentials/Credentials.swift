import Storage

/// The rules of signing in and out, with a browser's session or a program's token.
package struct Credentials: Sendable {
    let storage: any Storage
    let passwords: Passwords
    let clock: WallClock
    let cache: ViewerCache
    let events: any Events
    let guesses: SignInThrottle

    /// A secret just made, to be shown once.
    package struct Issued: Sendable {
        package let account: Account
        package let secret: Secret
        /// Milliseconds since 1970.
        package let expiresAt: Int64
    }

    /// Signs in by email or username.
    /// - Throws: ``Problem`` of kind `unauthorized`, the same words and the same time for an unknown user and a wrong
    ///   password; `tooMany` after too many failures.
    package func signIn(
        login: String, password: String, as kind: Credential.Kind, name: String, from origin: SignInOrigin
    ) async throws -> Issued {
        let found = try await storage.read { try AccountRecords.password(of: login, in: $0) }
        let client = guesses.client(of: found?.0, login: Self.key(of: login), origin)
        let matches = try await guesses.counting(client.limits) {
            try await passwords.check(password, against: found?.1, for: client.place)
        }
        guard matches, let found else { throw Self.wrongPassword }
        let proof = PasswordProof(account: found.0, hash: found.1)
        return try await issue(kind, to: proof.account, scopes: .all, name: name) { connection in
            // Whoever changes their password ends every session: one that was on its way then must not come after.
            guard try proof.holds(in: connection) else { throw Self.wrongPassword }
        }
    }

    /// What a login is counted by, however it is typed: the username, or the address as it is compared.
    package static func key(of login: String) -> String {
        let name = Username.normalized(login)
        return name.contains("@") ? EmailAddress.normalized(login) : name
    }

    private static let wrongPassword = Problem(
        .unauthorized, "This username or email and this password do not belong together.")

    /// Makes a session or token for `account`.
    package func issue(
        _ kind: Credential.Kind, to account: Account, scopes: Credential.Scopes, name: String
    ) async throws -> Issued {
        try await issue(kind, to: account.id, scopes: scopes, name: name) { _ in }
    }

    /// - Parameters:
    ///   - end: when it ends at the latest, in milliseconds since 1970; nil for the whole lifetime of its kind.
    ///   - check: throws where what entitled to it holds no more, in the transaction that makes it.
    private func issue(
        _ kind: Credential.Kind, to account: ID<Account>, scopes: Credential.Scopes, name: String,
        until end: Int64? = nil,
        check: @escaping @Sendable (any Connection) throws -> Void
    ) async throws -> Issued {
        let secret = Secret.random(prefix: kind == .token ? "isnt_" : "")
        // What a client calls itself is cut to what may stand in a list, and refuses nobody.
        let label = String(TextShape.line.cleaned(name).prefix(100))
        let now = clock.now()
        let credential = Credential(
            hash: secret.hash, kind: kind, scopes: scopes, usedAt: now,
            expiresAt: min(now + kind.lifetime, end ?? .max))
        let found = try await storage.write { connection in
            try check(connection)
            guard let found = try AccountRecords.find(account, in: connection) else {
                throw Problem.notFound("account")
            }
            try CredentialRecords.insert(credential, of: account, name: label, in: connection)
            return found
        }
        return Issued(account: found, secret: secret, expiresAt: credential.expiresAt)
    }

    /// Who holds `secret`; nil when nobody does any more. Slides the end of a session in use.
    package func viewer(_ secret: Secret, kind: Credential.Kind) async throws -> Viewer? {
        let hash = secret.hash
        let now = clock.now()
        let known = cache.find(hash, at: now)
        if let viewer = known.viewer { return viewer.credential.kind == kind ? viewer : nil }
        guard
            let viewer = try await storage.read({ try CredentialRecords.viewer(hash: hash, at: now, in: $0) }
            ),
            viewer.credential.kind == kind
        else { return nil }
        cache.keep(viewer, at: now, ifStill: known.changes)
        if now - viewer.credential.usedAt > Credential.useGranularity {
            let end = kind == .session ? now + kind.lifetime : viewer.credential.expiresAt
            try await storage.write { try CredentialRecords.touch(hash: hash, at: now, until: end, in: $0) }
        }
        return viewer
    }

    /// Ends the session or token that `viewer` came with.
    package func signOut(_ viewer: Viewer) async throws {
        _ = try await storage.write { try CredentialRecords.delete(hash: viewer.credential.hash, in: $0) }
        await ended(of: viewer.id)
    }

    /// Ends one token; false when there was none.
    package func revoke(_ secret: Secret) async throws -> Bool {
        guard
            let account = try await storage.write({ try CredentialRecords.delete(hash: secret.hash, in: $0) })
        else {
            return false
        }
        await ended(of: account)
        return true
    }

    /// Ends every token of an account; how many there were.
    package func revokeTokens(of account: Account) async throws -> Int {
        let count = try await storage.write {
            try CredentialRecords.deleteAll(of: account.id, kind: .token, in: $0)
        }
        await ended(of: account.id)
        return count
    }

    /// What the viewer is signed in with, the one used last first. The demo account is many people: each sees their own.
    package func all(_ kind: Credential.Kind, of viewer: Viewer) async throws -> [IssuedCredential] {
        let now = clock.now()
        return try await storage.read { connection in
            let all = try CredentialRecords.all(of: viewer.id, kind: kind, at: now, in: connection)
            guard try AccountRecords.isDemo(viewer.id, in: connection) else { return all }
            return all.filter { $0.credential.hash == viewer.credential.hash }
        }
    }

    /// Makes a token for the viewer's own programs.
    package func createToken(name: String, scopes: Credential.Scopes, by viewer: Viewer) async throws
        -> Issued
    {
        let name = name.trimmed
        var check = FieldCheck()
        check.require(!name.isEmpty, "name", "Name the program that the token is for.")
        check.add("name", TextLimit.fault(in: name, named: "A name", atMost: 100, as: .line))
        check.require(!scopes.isEmpty, "scopes", "Choose what the token may do: read, write, or both.")
        // A token that may only read cannot make itself one that writes.
        check.require(
            viewer.credential.scopes.isSuperset(of: scopes), "scopes",
            "A token cannot be given more than you came with.")
        try check.done()
        // A token ends with the one it was made by at the latest, or it would make itself last for ever.
        let end = viewer.credential.kind == .token ? viewer.credential.expiresAt : nil
        return try await issue(.token, to: viewer.id, scopes: scopes, name: name, until: end) { connection in
            try Accounts.refuseDemo(viewer, in: connection)
            try viewer.requireCredential(in: connection)
        }
    }

    /// Ends one of the viewer's sessions or tokens, by its handle.
    /// - Parameter kind: which of the two it must be; nil for either.
    package func end(_ handle: String, _ kind: Credential.Kind? = nil, of viewer: Viewer) async throws {
        guard let hash = Base64URL.decode(handle),
            try await storage.write({ connection in
                try Accounts.refuseDemo(viewer, in: connection)
                return try CredentialRecords.delete(hash: hash, kind, of: viewer.id, in: connection)
            })
        else { throw Problem.notFound("session or token") }
        await ended(of: viewer.id)
    }

    /// Ends every session of the viewer but the one they came with.
    package func endOtherSessions(of viewer: Viewer) async throws {
        _ = try await storage.write { connection in
            try Accounts.refuseDemo(viewer, in: connection)
            return try CredentialRecords.deleteAll(
                of: viewer.id, kind: .session, but: viewer.credential.hash, in: connection)
        }
        await ended(of: viewer.id)
    }

    /// Whether `viewer` may still do what they came for.
    package func isValid(_ viewer: Viewer) async throws -> Bool {
        let now = clock.now()
        return try await storage.read {
            try CredentialRecords.viewer(hash: viewer.credential.hash, at: now, in: $0)
        } != nil
    }

    private func ended(of account: ID<Account>) async {
        cache.forgetAll()
        await events.publish(.credentials([account]))
    }
}
