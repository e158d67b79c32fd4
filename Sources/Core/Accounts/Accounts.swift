import Storage

/// The rules of membership: who may join under which name, and how one leaves.
package struct Accounts: Sendable {
    let storage: any Storage
    let passwords: Passwords
    let photos: Photos
    let ids: IDSequence
    let clock: WallClock
    let cache: ViewerCache
    let events: any Events
    let deletions: Deletions
    let invites: Invites
    let notifier: Notifier
    let guesses: SignInThrottle
    /// Who may join by themselves; whoever runs the server may always add somebody.
    package let policy: RegistrationPolicy

    /// Makes an account for somebody who asks for it.
    /// - Throws: ``Problem``: `forbidden` where registration is closed, `invalid` with every field that breaks its limits,
    ///   `conflict` when the username or the email is taken.
    package func register(_ form: Registration) async throws -> Account {
        switch policy {
        case .open: return try await add(form) { _ in }
        case .closed: throw Problem(.forbidden, "Registration is closed here.")
        case .invite:
            let time = clock.now()
            _ = try Self.checked(form)
            // Before a password is hashed: strangers without an invitation get no work done.
            try await storage.read { try InviteRecords.require(form.invite, at: time, in: $0) }
            return try await add(form) { connection in
                try InviteRecords.use(form.invite, at: time, in: connection)
            }
        }
    }

    /// Makes an account for whoever runs the server says.
    package func create(_ form: Registration) async throws -> Account { try await add(form) { _ in } }

    /// Makes an account that no password opens, for the demo community.
    /// - Parameter isDemo: whether it is the one that visitors play as, which changes nothing about itself and posts nothing.
    package func createDemo(_ form: Registration, isDemo: Bool) async throws -> Account {
        let time = clock.now()
        return try await storage.write { [ids] connection in
            let id = ids.next(Account.self)
            guard try AccountRecords.insert(id, form, passwordHash: "-", at: time, in: connection),
                let account = try AccountRecords.find(id, in: connection)
            else { throw Self.taken(username: form.username) }
            if isDemo { try AccountRecords.setDemo(id, in: connection) }
            return account
        }
    }

    /// The account that visitors of a demo play as.
    package func demo() async throws -> Account {
        guard let account = try await storage.read(AccountRecords.demo) else {
            throw Problem.notFound("demo")
        }
        return account
    }

    private func add(
        _ form: Registration, admitting: @escaping @Sendable (any Connection) throws -> Void
    ) async throws -> Account {
        let registration = try Self.checked(form)
        let hash = try await passwords.hash(registration.password, for: .newcomer)
        let time = clock.now()
        return try await storage.write { [ids] connection in
            // First of all: whether a name or an address is known is not for those without an invitation.
            try admitting(connection)
            let id = ids.next(Account.self)
            guard try AccountRecords.insert(id, registration, passwordHash: hash, at: time, in: connection),
                let account = try AccountRecords.find(id, in: connection)
            else {
                if try AccountRecords.find(username: registration.username, in: connection) != nil {
                    throw Self.taken(username: registration.username)
                }
                throw Self.takenEmail
            }
            return account
        }
    }

    package func find(username: String) async throws -> Account {
        let name = Username.normalized(username)
        guard let account = try await storage.read({ try AccountRecords.find(username: name, in: $0) }) else {
            throw Problem.notFound("account")
        }
        return account
    }

    /// The account and its email, for its owner's eyes.
    package func own(_ viewer: Viewer) async throws -> (account: Account, email: String) {
        try await storage.read { connection in
            guard let account = try AccountRecords.find(viewer.id, in: connection),
                let email = try AccountRecords.email(of: viewer.id, in: connection)
            else { throw Problem.notFound("account") }
            return (account, email)
        }
    }

    /// Every account by username, for whoever runs the server.
    package func all() async throws -> [Account] { try await storage.read(AccountRecords.all) }

    /// Sets a new password and ends every session and token but `kept`.
    /// - Parameter check: throws where what entitles to it holds no more, in the transaction that sets it.
    package func setPassword(
        _ password: String, of account: AccountSummary, keeping kept: Viewer? = nil,
        check entitled: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws {
        let email = try await storage.read { try AccountRecords.email(of: account.id, in: $0) } ?? ""
        var check = FieldCheck()
        check.add("password", PasswordRules.fault(in: password, username: account.username, email: email))
        try check.done()
        let hash = try await passwords.hash(password, for: .member(account.id))
        let time = clock.now()
        defer { cache.forgetAll() }
        try await storage.write { connection in
            try entitled(connection)
            try AccountRecords.setPasswordHash(hash, of: account.id, at: time, in: connection)
            try CredentialRecords.deleteAll(of: account.id, but: kept?.credential.hash, in: connection)
        }
        await credentialsEnded(of: account.id)
    }

    /// Takes an account out with its posts, comments, likes, follows, sessions, and photo files.
    /// - Parameter check: throws where what entitles to it holds no more, in the transaction that does it.
    package func delete(
        _ account: AccountSummary,
        check entitled: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws {
        defer { cache.forgetAll() }
        let removed = try await storage.write { [photos, deletions] connection in
            try entitled(connection)
            guard try AccountRecords.find(account.id, in: connection) != nil else {
                throw Problem.notFound("account")
            }
            let removed = try photos.release(
                PhotoRecords.files(of: account.id, in: connection), in: connection)
            try photos.discard(DirectUploadRecords.all(of: account.id, in: connection), in: connection)
            // Whom they followed in private, they could see.
            for followed in try FollowRecords.privateFollowees(of: account.id, in: connection) {
                try photos.enqueueRotation(of: followed, in: connection)
            }
            try AccountRecords.delete(account.id, in: connection)
            try deletions.note(in: connection)
            return removed
        }
        await photos.announce(removed)
        await credentialsEnded(of: account.id)
    }

    /// Streams that were opened with a credential look whether it is still good.
    func credentialsEnded(of account: ID<Account>) async {
        cache.forgetAll()
        await events.publish(.credentials([account]))
    }

    static func taken(username: String) -> Problem {
        Problem(.conflict, field: "username", "Username “\(username)” is taken; choose another.")
    }

    static let takenEmail = Problem(
        .conflict, field: "email", "There is an account with this email already; sign in instead.")

    private static func checked(_ form: Registration) throws(Problem) -> Registration {
        let registration = Registration(
            email: EmailAddress.normalized(form.email), fullName: form.fullName.trimmed,
            username: Username.normalized(form.username), password: form.password)
        var check = FieldCheck()
        check.add("email", EmailAddress.fault(in: registration.email))
        check.add(
            "fullName",
            TextLimit.fault(
                in: registration.fullName, named: "A full name", atMost: ProfileEdit.fullNameLimit, as: .line)
        )
        check.add("username", Username.fault(in: registration.username))
        check.add(
            "password",
            PasswordRules.fault(
                in: registration.password, username: registration.username, email: registration.email))
        try check.done()
        return registration
    }
}
