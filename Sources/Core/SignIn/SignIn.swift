import Storage

/// The rules of signing in. They check proofs: a password, and a second factor if the account has one. Only
/// ``Credentials`` creates sessions and tokens, in a transaction that checks that the proof still holds.
package struct SignIn: Sendable {
    let storage: any Storage
    let passwords: Passwords
    let credentials: Credentials
    let secondFactors: SecondFactors
    let throttle: SignInThrottle
    let clock: WallClock

    /// What a correct password leads to.
    package enum Outcome: Sendable {
        case signedIn(Credentials.Issued)
        case needsSecondFactor(SignInTicket)
    }

    /// Signs in by email or username.
    /// - Parameter trusted: the secret of a browser that may be trusted.
    /// - Throws: ``Problem`` of kind `unauthorized`, with the same text and after the same time for an
    ///   unknown user and a wrong password; `tooMany` after too many failures.
    package func withPassword(
        login: String, password: String, as kind: Credential.Kind, name: String, from origin: SignInOrigin,
        trusted: Secret? = nil
    ) async throws -> Outcome {
        let found = try await storage.read { try AccountRecords.idAndPasswordHash(of: login, in: $0) }
        let attempt = throttle.attempt(on: found?.0, login: Self.key(of: login), from: origin)
        let matches = try await throttle.counting(attempt.limits) {
            try await passwords.check(password, against: found?.1, for: attempt.client)
        }
        guard matches, let found else { throw Self.wrongPassword }
        let proof = PasswordProof(account: found.0, hash: found.1)
        let now = clock.now()
        let needsCode = try await storage.read { [secondFactors] connection in
            try secondFactors.areRequired(of: proof.account, trusted: trusted, at: now, in: connection)
        }
        if needsCode { return .needsSecondFactor(try await self.ticket(for: proof, kind, name: name)) }
        let issued = try await credentials.issue(
            kind, to: proof.account, scopes: .all, name: name, isProof: true
        ) { [secondFactors] connection in
            // A new password ends all sessions, so a sign-in that started with the old one must not create a
            // session. Neither must one that started before a second factor was set up.
            guard try proof.isCurrent(in: connection),
                try !secondFactors.areRequired(of: proof.account, trusted: trusted, at: now, in: connection)
            else { throw Self.wrongPassword }
        }
        return .signedIn(issued)
    }

    private func ticket(
        for proof: PasswordProof, _ kind: Credential.Kind, name: String
    ) async throws -> SignInTicket {
        let secret = Secret.random()
        let now = clock.now()
        return try await storage.write { connection in
            guard try proof.isCurrent(in: connection) else { throw Self.wrongPassword }
            try SignInTicketRecords.insert(
                secret, of: proof.account, kind, name: Credentials.label(name), at: now, in: connection)
            return SignInTicket(
                secret: secret, methods: try SecondFactors.methods(of: proof.account, in: connection))
        }
    }

    /// Completes a sign-in by a code of the authenticator app or a recovery code.
    /// - Parameter trusting: the secret of the browser, if its owner wants it to be trusted.
    /// - Throws: ``Problem`` of kind `unauthorized` if the ticket is not valid any more, `invalid` for a
    ///   wrong code, `tooMany` after too many wrong codes.
    package func withCode(
        _ code: String, ticket: Secret, from origin: SignInOrigin, trusting browser: Secret? = nil
    ) async throws -> Credentials.Issued {
        let now = clock.now()
        let found = try await storage.read { try SignInTicketRecords.find(ticket, at: now, in: $0) }
        guard let found else { throw Self.expired }
        let limits = throttle.attempt(on: found.account, login: "", from: origin).limits
        var issued: Credentials.Issued?
        _ = try await throttle.counting([(.wrongCodes, "\(found.account)")] + limits) {
            issued = try await accept(code, ticket, found, trusting: browser, at: now)
            return issued != nil
        }
        guard let issued else { throw SecondFactors.wrongCode }
        return issued
    }

    /// Uses up the code and the ticket, and issues the session or token, in one transaction. Returns nil if
    /// the code is wrong.
    private func accept(
        _ code: String, _ ticket: Secret, _ found: SignInTicketRecords.Record, trusting browser: Secret?,
        at now: Int64
    ) async throws -> Credentials.Issued? {
        struct WrongCode: Error {}
        do {
            return try await credentials.issue(
                found.kind, to: found.account, scopes: .all, name: found.name, isProof: true
            ) { [secondFactors] connection in
                // A new password ends the ticket, and another attempt may have used it meanwhile.
                guard try SignInTicketRecords.find(ticket, at: now, in: connection) != nil else {
                    throw Self.expired
                }
                guard try secondFactors.use(code, of: found.account, at: now, in: connection) else {
                    throw WrongCode()
                }
                try SignInTicketRecords.delete(ticket, in: connection)
                if let browser {
                    try TrustedBrowserRecords.insert(
                        browser, of: found.account, name: found.name, at: now, in: connection)
                }
            }
        } catch is WrongCode {
            try await storage.write { try SignInTicketRecords.countAttempt(ticket, in: $0) }
            return nil
        }
    }

    /// Returns the second factors that complete the sign-in with this ticket; nil if it is not valid any
    /// more.
    package func pending(_ ticket: Secret) async throws -> [SecondFactor]? {
        let now = clock.now()
        return try await storage.read { connection in
            let found = try SignInTicketRecords.find(ticket, at: now, in: connection)
            guard let found else { return nil }
            return try SecondFactors.methods(of: found.account, in: connection)
        }
    }

    /// The rate limit key of a login, the same for all spellings: the normalized username or email address.
    package static func key(of login: String) -> String {
        let name = Username.normalized(login)
        return name.contains("@") ? EmailAddress.normalized(login) : name
    }

    private static let wrongPassword = Problem(
        .unauthorized, "The username, email or password is not correct.")

    package static let expired = Problem(
        .unauthorized, "This sign-in took longer than five minutes or had too many wrong codes. Start again.")
}
