import Storage

/// The rules of membership: who may register with which username, and how accounts are deleted.
package struct Accounts: Sendable {
    let storage: any Storage
    let passwords: Passwords
    let photos: Photos
    let ids: IDSequence
    let clock: WallClock
    let cache: ViewerCache
    let events: any Events
    let deletions: PurgeScheduler
    let invites: Invites
    let notifier: Notifier
    let presence: Presence
    /// Who may register. The administrator may always create accounts.
    package let policy: RegistrationPolicy

    /// Creates an account for a visitor.
    /// - Throws: ``Problem``: `forbidden` if registration is closed, `invalid` with all fields that are
    ///   not valid, `conflict` when the username or the email is taken.
    package func register(_ form: Registration, key: RequestKey? = nil) async throws -> Account {
        switch policy {
        case .open: return try await add(form, key) { _ in }
        case .closed: throw Problem(.forbidden, "Registration is closed.")
        case .invite:
            let time = clock.now()
            _ = try Self.checked(form)
            // Checked before the password is hashed: visitors without an invitation must not cause this work.
            try await storage.read { try InviteRecords.require(form.invite, at: time, in: $0) }
            return try await add(form, key) { connection in
                try InviteRecords.use(form.invite, at: time, in: connection)
            }
        }
    }

    /// Whether the same request with this key has made an account. It does not compare passwords.
    package func wereRegistered(_ form: Registration, key: RequestKey) async throws -> Bool {
        let time = clock.now()
        let name = Username.normalized(form.username)
        return try await storage.read { connection in
            guard let account = try AccountRecords.find(username: name, in: connection) else { return false }
            return try form.request(key, by: account.id)?.result(at: time, in: connection) != nil
        }
    }

    /// Creates an account on behalf of the administrator, whatever the registration policy is.
    package func create(_ form: Registration) async throws -> Account { try await add(form) { _ in } }

    /// Creates an account of the demo community, which no password can sign in to.
    /// - Parameter isDemo: whether it is the demo account that visitors use. That one can neither post nor
    ///   change itself.
    package func createDemo(_ form: Registration, isDemo: Bool) async throws -> Account {
        let time = clock.now()
        return try await storage.write { [ids] connection in
            let id = ids.next(Account.self)
            try FormerUsernames.requireUnreserved(form.username, at: time, in: connection)
            guard try AccountRecords.insert(id, form, passwordHash: "-", at: time, in: connection),
                let account = try AccountRecords.find(id, in: connection)
            else { throw Self.usernameTaken(form.username) }
            if isDemo { try AccountRecords.setDemo(id, in: connection) }
            return account
        }
    }

    /// Returns the demo account that visitors use.
    package func demo() async throws -> Account {
        guard let account = try await storage.read(AccountRecords.demo) else {
            throw Problem.notFound("demo")
        }
        return account
    }

    private func add(
        _ form: Registration, _ key: RequestKey? = nil,
        checkInvite: @escaping @Sendable (any Connection) throws -> Void
    ) async throws -> Account {
        let registration = try Self.checked(form)
        let hash = try await passwords.hash(registration.password, for: .newMember)
        let time = clock.now()
        return try await storage.write { [ids] connection in
            // Checked first: without an invitation, nobody may learn whether a username or an email is taken.
            try checkInvite(connection)
            try FormerUsernames.requireUnreserved(registration.username, at: time, in: connection)
            let id = ids.next(Account.self)
            guard try AccountRecords.insert(id, registration, passwordHash: hash, at: time, in: connection),
                let account = try AccountRecords.find(id, in: connection)
            else {
                if try AccountRecords.find(username: registration.username, in: connection) != nil {
                    throw Self.usernameTaken(registration.username)
                }
                throw Self.emailTaken
            }
            try form.request(key, by: id)?.record(id.value, at: time, in: connection)
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

    /// Returns the viewer's own account and its email address, which only its owner may see.
    package func own(_ viewer: Viewer) async throws -> (account: Account, email: String) {
        try await storage.read { connection in
            guard let account = try AccountRecords.find(viewer.id, in: connection),
                let email = try AccountRecords.email(of: viewer.id, in: connection)
            else { throw Problem.notFound("account") }
            return (account, email)
        }
    }

    /// Returns all accounts, sorted by username, for the administrator.
    package func all() async throws -> [Account] { try await storage.read(AccountRecords.all) }

    /// Sets a new password and ends all sessions and tokens of the account, except that of `kept`.
    /// - Parameter check: runs in the transaction that sets the password; throws if the change is no
    ///   longer allowed.
    package func setPassword(
        _ password: String, of account: AccountSummary, keeping kept: Viewer? = nil,
        check authorize: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws {
        let email = try await storage.read { try AccountRecords.email(of: account.id, in: $0) } ?? ""
        var check = FieldCheck()
        check.add("password", PasswordRules.fault(in: password, username: account.username, email: email))
        try check.finish()
        let hash = try await passwords.hash(password, for: .member(account.id))
        let time = clock.now()
        defer { cache.removeAll() }
        try await storage.write { connection in
            try authorize(connection)
            try AccountRecords.setPasswordHash(hash, of: account.id, at: time, in: connection)
            try CredentialRecords.deleteAll(of: account.id, except: kept?.credential.hash, in: connection)
            try SignInTicketRecords.deleteAll(of: account.id, in: connection)
        }
        await credentialsEnded(of: account.id)
    }

    /// Deletes an account with its posts, comments, likes, follows, sessions, and photo files.
    /// - Parameter check: runs in the transaction that deletes the account; throws if that is no longer
    ///   allowed.
    package func delete(
        _ account: AccountSummary,
        check authorize: @escaping @Sendable (any Connection) throws -> Void = { _ in }
    ) async throws {
        defer { cache.removeAll() }
        let removed = try await storage.write { [photos, deletions] connection in
            try authorize(connection)
            guard try AccountRecords.find(account.id, in: connection) != nil else {
                throw Problem.notFound("account")
            }
            let removed = try photos.enqueueRemoval(
                of:
                    PhotoRecords.files(of: account.id, in: connection), in: connection)
            try photos.discard(DirectUploadRecords.all(of: account.id, in: connection), in: connection)
            // They could see the photos of the private accounts that they followed, so these get new URLs.
            for followed in try FollowRecords.privateFollowees(of: account.id, in: connection) {
                try photos.enqueueRotation(of: followed, in: connection)
            }
            try AccountRecords.delete(account.id, in: connection)
            try deletions.schedule(in: connection)
            return removed
        }
        await photos.startRemoval(of: removed)
        await credentialsEnded(of: account.id)
    }

    /// Clears the viewer cache, and makes open event streams check whether their credentials are still valid.
    func credentialsEnded(of account: ID<Account>) async {
        cache.removeAll()
        await events.publish(.credentials([account]))
    }

    static func usernameTaken(_ username: String) -> Problem {
        Problem(.conflict, field: "username", "Username “\(username)” is taken; choose another.")
    }

    static let emailTaken = Problem(
        .conflict, field: "email", "An account with this email already exists; sign in instead.")

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
        try check.finish()
        return registration
    }
}
