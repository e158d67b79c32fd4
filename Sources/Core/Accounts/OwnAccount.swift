import Imaging
import Storage

/// The changes that members make to their own accounts.
extension Accounts {
    /// Changes the profile. An account that becomes public accepts all pending follow requests; the photos of
    /// an account that becomes private get new URLs.
    package func edit(_ edit: ProfileEdit, by viewer: Viewer) async throws -> Account {
        let edit = try edit.checked()
        let time = clock.now()
        defer { cache.removeAll() }
        let (edited, recipients) = try await storage.write { [ids, deletions, photos] connection in
            try Self.rejectDemoAccount(viewer, in: connection)
            let before = try Self.own(viewer, in: connection)
            try AccountRecords.edit(viewer.id, edit, at: time, in: connection)
            if edit.isPrivate == true, !before.isPrivate {
                try photos.enqueueRotation(of: viewer.id, in: connection)
            }
            if edit.isPrivate == false {
                try FollowRecords.acceptAll(to: viewer.id, ids: ids, in: connection)
            }
            let account = try Self.own(viewer, in: connection)
            if account.texts != before.texts { try deletions.schedule(in: connection) }
            if edit.fullName != nil {
                try SearchRecords.index(viewer.id, account.username, account.fullName, in: connection)
            }
            let becomesPrivate = account.isPrivate && !before.isPrivate
            return (
                account,
                becomesPrivate ? try NotificationRecords.recipients(ofPostsBy: viewer.id, in: connection) : []
            )
        }
        photos.jobs.wake()
        await notifier.publish(to: recipients)
        return edited
    }

    /// Sets the profile picture: a square, cropped around the main subject of the photo.
    package func setPicture(_ upload: PhotoUpload, by viewer: Viewer) async throws -> Account {
        let time = clock.now()
        defer { cache.removeAll() }
        let (account, removed) = try await photos.store([upload], of: viewer, as: .square) {
            [photos] stored, connection in
            try Self.rejectDemoAccount(viewer, in: connection)
            let removed = try photos.enqueueRemoval(
                of:
                    PhotoRecords.picture(of: viewer.id, in: connection), in: connection)
            try AccountRecords.setPicture(stored[0].files, of: viewer.id, at: time, in: connection)
            return (try Self.own(viewer, in: connection), removed)
        }
        await photos.startRemoval(of: removed)
        return account
    }

    /// Removes the profile picture. Idempotent.
    package func removePicture(by viewer: Viewer) async throws -> Account {
        let time = clock.now()
        defer { cache.removeAll() }
        let (account, removed) = try await storage.write { [photos] connection in
            try Self.rejectDemoAccount(viewer, in: connection)
            let removed = try photos.enqueueRemoval(
                of:
                    PhotoRecords.picture(of: viewer.id, in: connection), in: connection)
            try AccountRecords.setPicture("", of: viewer.id, at: time, in: connection)
            return (try Self.own(viewer, in: connection), removed)
        }
        await photos.startRemoval(of: removed)
        return account
    }

    /// Sets a new username. The old one stays reserved for the member: see ``FormerUsernames``.
    package func setUsername(_ typed: String, by viewer: Viewer) async throws -> Account {
        let name = Username.normalized(typed)
        let time = clock.now()
        defer { cache.removeAll() }
        // The unique index decides whether the username is taken: a check before the change could be
        // outdated.
        return try await translating(.unique("accounts.username"), to: Self.usernameTaken(name)) {
            try await storage.write { [deletions] connection in
                try Self.rejectDemoAccount(viewer, in: connection)
                let before = try Self.own(viewer, in: connection)
                // A name that is older than the present rules can be kept.
                guard name != before.username else { return before }
                var check = FieldCheck()
                check.add("username", Username.fault(in: name))
                try check.finish()
                try FormerUsernames.requireUnreserved(name, for: viewer.id, at: time, in: connection)
                try FormerUsernames.reserve(
                    before.username, for: viewer.id, nowCalled: name, at: time, in: connection)
                try AccountRecords.setUsername(name, of: viewer.id, at: time, in: connection)
                let account = try Self.own(viewer, in: connection)
                if account.texts != before.texts { try deletions.schedule(in: connection) }
                try SearchRecords.index(viewer.id, account.username, account.fullName, in: connection)
                return account
            }
        }
    }

    /// Sets a new email address and ends all other sessions and tokens.
    package func setEmail(_ typed: String, password: String, by viewer: Viewer) async throws {
        let email = EmailAddress.normalized(typed)
        var check = FieldCheck()
        check.add("email", EmailAddress.fault(in: email))
        try check.finish()
        let proof = try await presence.verify(password, of: viewer)
        let time = clock.now()
        try await translating(.unique("accounts.email"), to: Self.emailTaken) {
            try await storage.write { [deletions] connection in
                try proof.require(of: viewer, field: "password", in: connection)
                try AccountRecords.setEmail(email, of: viewer.id, at: time, in: connection)
                try deletions.schedule(in: connection)
                try CredentialRecords.deleteAll(of: viewer.id, except: viewer.credential.hash, in: connection)
            }
        }
        await credentialsEnded(of: viewer.id)
    }

    /// Runs a change, and throws `problem` if the storage throws `error`.
    private func translating<Result>(
        _ error: StorageError, to problem: Problem, _ change: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await change()
        } catch let thrown as StorageError where thrown == error {
            throw problem
        }
    }

    /// Sets a new password and ends all other sessions and tokens.
    package func changePassword(from old: String, to new: String, by viewer: Viewer) async throws {
        let proof = try await presence.verify(old, of: viewer, field: "currentPassword")
        try await setPassword(new, of: viewer.summary, keeping: viewer) { connection in
            try proof.require(of: viewer, field: "currentPassword", in: connection)
        }
    }

    /// Deletes the viewer's account permanently. It requires the password, so that a stolen token or session
    /// is not enough.
    package func deleteOwn(_ viewer: Viewer, password: String) async throws {
        let proof = try await presence.verify(password, of: viewer)
        try await delete(viewer.summary) { try proof.require(of: viewer, field: "password", in: $0) }
    }

    /// Throws for the demo account, which can only like and follow.
    static func rejectDemoAccount(_ viewer: Viewer, in connection: any Connection) throws {
        if try AccountRecords.isDemo(viewer.id, in: connection) {
            throw Problem(
                .forbidden,
                "The demo account can only like and follow. Register your own account to do this.")
        }
    }

    private static func own(_ viewer: Viewer, in connection: any Connection) throws -> Account {
        guard let account = try AccountRecords.find(viewer.id, in: connection) else {
            throw Problem.notFound("account")
        }
        return account
    }
}

extension Account {
    /// The texts that the member wrote about themselves.
    fileprivate var texts: [String] { [summary.username, summary.fullName, bio, website, pronouns] }
}
