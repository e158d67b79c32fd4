import Encodings
import Storage

/// The rules of sessions for browsers and tokens for programs.
package struct Credentials: Sendable {
    let storage: any Storage
    let clock: WallClock
    let cache: ViewerCache
    let events: any Events

    /// A new session or token, with its secret. The secret is not stored, and cannot be shown again.
    package struct Issued: Sendable {
        package let account: Account
        package let secret: Secret
        /// Milliseconds since 1970.
        package let expiresAt: Int64
    }

    /// Creates a session or token for `account`.
    /// - Parameter isProof: whether its owner proved just now that they are present.
    package func issue(
        _ kind: Credential.Kind, to account: Account, scopes: Credential.Scopes, name: String,
        isProof: Bool = false
    ) async throws -> Issued {
        try await issue(kind, to: account.id, scopes: scopes, name: name, isProof: isProof) { _ in }
    }

    /// - Parameters:
    ///   - isProof: whether its owner proved just now that they are present.
    ///   - end: the latest time at which it expires, in milliseconds since 1970; nil for the full lifetime of
    ///     its kind.
    ///   - check: runs in the transaction that creates the credential; throws if that is no longer allowed.
    func issue(
        _ kind: Credential.Kind, to account: ID<Account>, scopes: Credential.Scopes, name: String,
        isProof: Bool = false, until end: Int64? = nil,
        check: @escaping @Sendable (any Connection) throws -> Void
    ) async throws -> Issued {
        let secret = Secret.random(prefix: kind == .token ? "isnt_" : "")
        let now = clock.now()
        let credential = Credential(
            hash: secret.hash, kind: kind, scopes: scopes, usedAt: now,
            expiresAt: min(now + kind.lifetime, end ?? .max), provedAt: isProof ? now : 0)
        let found = try await storage.write { connection in
            try check(connection)
            guard let found = try AccountRecords.find(account, in: connection) else {
                throw Problem.notFound("account")
            }
            try CredentialRecords.insert(credential, of: account, name: Self.label(name), in: connection)
            return found
        }
        return Issued(account: found, secret: secret, expiresAt: credential.expiresAt)
    }

    /// The name of a client as it is stored. An unsuitable one is cleaned and shortened; it is no reason to
    /// refuse a sign-in.
    static func label(_ name: String) -> String {
        String(TextKind.line.cleaned(name).prefix(Credential.nameLimit))
    }

    /// Returns the viewer with this secret; nil when it is unknown or expired. Extends a session that is in
    /// use.
    package func viewer(_ secret: Secret, kind: Credential.Kind) async throws -> Viewer? {
        let hash = secret.hash
        let now = clock.now()
        let cached = cache.find(hash, at: now)
        if let viewer = cached.viewer { return viewer.credential.kind == kind ? viewer : nil }
        guard
            let viewer = try await storage.read({
                try CredentialRecords.viewer(hash: hash, at: now, in: $0)
            }),
            viewer.credential.kind == kind
        else { return nil }
        cache.insert(viewer, at: now, generation: cached.generation)
        if now - viewer.credential.usedAt > Credential.usedAtPrecision {
            let end = kind == .session ? now + kind.lifetime : viewer.credential.expiresAt
            try await storage.write { try CredentialRecords.touch(hash: hash, at: now, until: end, in: $0) }
        }
        return viewer
    }

    /// Ends the session or token that `viewer` is signed in with.
    package func signOut(_ viewer: Viewer) async throws {
        _ = try await storage.write { try CredentialRecords.delete(hash: viewer.credential.hash, in: $0) }
        await credentialsEnded(of: viewer.id)
    }

    /// Ends the session or token with this secret. Returns false when there was none.
    package func revoke(_ secret: Secret) async throws -> Bool {
        guard
            let account = try await storage.write({ try CredentialRecords.delete(hash: secret.hash, in: $0) })
        else {
            return false
        }
        await credentialsEnded(of: account)
        return true
    }

    /// Ends all tokens of an account. Returns their number.
    package func revokeTokens(of account: Account) async throws -> Int {
        let count = try await storage.write {
            try CredentialRecords.deleteAll(of: account.id, kind: .token, in: $0)
        }
        await credentialsEnded(of: account.id)
        return count
    }

    /// Ends all sessions and tokens of an account. Returns their number.
    package func endAll(of account: Account) async throws -> Int {
        let count = try await storage.write { try CredentialRecords.deleteAll(of: account.id, in: $0) }
        await credentialsEnded(of: account.id)
        return count
    }

    /// Returns the sessions and then the tokens of an account, for the administrator.
    package func all(of account: Account) async throws -> [CredentialSummary] {
        let now = clock.now()
        return try await storage.read { connection in
            try [.session, .token].flatMap {
                try CredentialRecords.all(of: account.id, kind: $0, at: now, in: connection)
            }
        }
    }

    /// Returns the viewer's sessions or tokens, most recently used first. Many people share the demo account,
    /// so each of them sees only the current one.
    package func all(_ kind: Credential.Kind, of viewer: Viewer) async throws -> [CredentialSummary] {
        let now = clock.now()
        return try await storage.read { connection in
            let all = try CredentialRecords.all(of: viewer.id, kind: kind, at: now, in: connection)
            guard try AccountRecords.isDemo(viewer.id, in: connection) else { return all }
            return all.filter { $0.credential.hash == viewer.credential.hash }
        }
    }

    /// Creates a token for the viewer's own programs. A key can be used once, because the secret of a token
    /// can be shown only when it is created.
    package func createToken(
        name: String, scopes: Credential.Scopes, by viewer: Viewer, key: RequestKey? = nil
    ) async throws -> Issued {
        let name = name.trimmed
        var check = FieldCheck()
        check.require(!name.isEmpty, "name", "Enter the name of the program that the token is for.")
        check.add("name", TextLimit.fault(in: name, named: "A name", atMost: Credential.nameLimit, as: .line))
        check.require(!scopes.isEmpty, "scopes", "Choose what the token may do: read, write, or both.")
        // A token that may only read must not create one that may write.
        check.require(
            viewer.credential.scopes.isSuperset(of: scopes), "scopes",
            "The token cannot have scopes that you do not have yourself.")
        try check.finish()
        // A token made by a token expires with it at the latest. Otherwise a token could renew itself
        // forever.
        let end = viewer.credential.kind == .token ? viewer.credential.expiresAt : nil
        let request = KeyedRequest(
            key, by: viewer, to: "token", contents: [name, scopes.names.joined(separator: " ")])
        let time = clock.now()
        return try await request.once(at: time, in: storage) { _, _ in
            throw Problem(
                .conflict, field: "Idempotency-Key",
                """
                This token was already created, and its secret cannot be shown again. End it, and create \
                another one with a new key.
                """)
        } make: {
            try await issue(.token, to: viewer.id, scopes: scopes, name: name, until: end) { connection in
                try Accounts.rejectDemoAccount(viewer, in: connection)
                try viewer.requireCredential(in: connection)
                try request?.record(0, at: time, in: connection)
            }
        }
    }

    /// Ends one of the viewer's sessions or tokens, which `handle` identifies.
    /// - Parameter kind: the required kind; nil for any kind.
    package func end(_ handle: String, _ kind: Credential.Kind? = nil, of viewer: Viewer) async throws {
        guard let hash = Base64URL.decode(handle),
            try await storage.write({ connection in
                try Accounts.rejectDemoAccount(viewer, in: connection)
                return try CredentialRecords.delete(hash: hash, kind, of: viewer.id, in: connection)
            })
        else { throw Problem.notFound("session or token") }
        await credentialsEnded(of: viewer.id)
    }

    /// Ends all sessions of the viewer except the current one.
    package func endOtherSessions(of viewer: Viewer) async throws {
        _ = try await storage.write { connection in
            try Accounts.rejectDemoAccount(viewer, in: connection)
            return try CredentialRecords.deleteAll(
                of: viewer.id, kind: .session, except: viewer.credential.hash, in: connection)
        }
        await credentialsEnded(of: viewer.id)
    }

    /// Whether the viewer's session or token still exists and has not expired.
    package func isValid(_ viewer: Viewer) async throws -> Bool {
        let now = clock.now()
        return try await storage.read {
            try CredentialRecords.viewer(hash: viewer.credential.hash, at: now, in: $0)
        } != nil
    }

    private func credentialsEnded(of account: ID<Account>) async {
        cache.removeAll()
        await events.publish(.credentials([account]))
    }
}
