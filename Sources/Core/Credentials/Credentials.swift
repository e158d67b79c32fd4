import Storage

/// The rules of signing in and out, with a browser's session or a program's token.
package struct Credentials: Sendable {
    let storage: any Storage
    let passwords: Passwords
    let clock: Clock
    let cache: ViewerCache

    /// A secret just made, to be shown once.
    package struct Issued: Sendable {
        package let account: Account
        package let secret: Secret
        /// Milliseconds since 1970.
        package let expiresAt: Int64
    }

    /// Signs in by email or username.
    /// - Throws: ``Problem`` of kind `unauthorized`, the same words and the same time for an unknown user and a wrong
    ///   password.
    package func signIn(login: String, password: String, as kind: Credential.Kind, name: String) async throws -> Issued {
        let login = Username.normalized(login)
        let found = try await storage.read { try AccountRecords.password(of: login, in: $0) }
        // Argon2 takes any length, so the length is bounded before it.
        let matches = try await passwords.check(String(password.prefix(256)), against: found?.1) && password.count <= 256
        guard matches, let (id, _) = found else {
            throw Problem(.unauthorized, "This username or email and this password do not belong together.")
        }
        guard let account = try await storage.read({ try AccountRecords.find(id, in: $0) }) else {
            throw Problem.notFound("account")
        }
        return try await issue(kind, to: account, scopes: .all, name: name)
    }

    /// Makes a session or token for `account`.
    package func issue(
        _ kind: Credential.Kind, to account: Account, scopes: Credential.Scopes, name: String
    ) async throws -> Issued {
        let secret = Secret.random(prefix: kind == .token ? "isnt_" : "")
        let now = clock.now()
        let credential = Credential(
            hash: secret.hash, kind: kind, scopes: scopes, usedAt: now, expiresAt: now + kind.lifetime)
        try await storage.write { connection in
            try CredentialRecords.insert(credential, of: account.id, name: String(name.prefix(100)), in: connection)
        }
        return Issued(account: account, secret: secret, expiresAt: credential.expiresAt)
    }

    /// Who holds `secret`; nil when nobody does any more. Slides the end of a session in use.
    package func viewer(_ secret: Secret, kind: Credential.Kind) async throws -> Viewer? {
        let hash = secret.hash
        let now = clock.now()
        let known = cache.find(hash, at: now)
        if let viewer = known.viewer { return viewer.credential.kind == kind ? viewer : nil }
        guard let viewer = try await storage.read({ try CredentialRecords.viewer(hash: hash, at: now, in: $0) }),
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
        defer { cache.forgetAll() }
        _ = try await storage.write { try CredentialRecords.delete(hash: viewer.credential.hash, in: $0) }
    }

    /// Ends one token; false when there was none.
    package func revoke(_ secret: Secret) async throws -> Bool {
        defer { cache.forgetAll() }
        return try await storage.write { try CredentialRecords.delete(hash: secret.hash, in: $0) > 0 }
    }

    /// Ends every token of an account; how many there were.
    package func revokeTokens(of account: Account) async throws -> Int {
        defer { cache.forgetAll() }
        return try await storage.write { try CredentialRecords.deleteAll(of: account.id, kind: .token, in: $0) }
    }
}
