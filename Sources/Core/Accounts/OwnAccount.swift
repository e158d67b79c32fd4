import Imaging
import Storage

/// What members change about their own account.
extension Accounts {
    /// Changes the profile. Going public accepts every pending request to follow; going private gives the photos new
    /// addresses.
    package func edit(_ edit: ProfileEdit, by viewer: Viewer) async throws -> Account {
        let edit = try edit.checked()
        let time = clock.now()
        defer { cache.forgetAll() }
        let (edited, told) = try await storage.write { [ids, deletions, photos] connection in
            try Self.refuseDemo(viewer, in: connection)
            let before = try Self.own(viewer, in: connection)
            try AccountRecords.edit(viewer.id, edit, at: time, in: connection)
            if edit.isPrivate == true, !before.isPrivate {
                try photos.enqueueRotation(of: viewer.id, in: connection)
            }
            if edit.isPrivate == false {
                try FollowRecords.acceptAll(to: viewer.id, ids: ids, in: connection)
            }
            let account = try Self.own(viewer, in: connection)
            if account.words != before.words { try deletions.note(in: connection) }
            if edit.fullName != nil {
                try SearchRecords.index(viewer.id, account.username, account.fullName, in: connection)
            }
            let turnsPrivate = account.isPrivate && !before.isPrivate
            return (
                account,
                turnsPrivate ? try NotificationRecords.told(ofPostsBy: viewer.id, in: connection) : []
            )
        }
        photos.jobs.wake()
        await notifier.tell(told)
        return edited
    }

    /// Sets the profile picture: the square cut to what matters.
    package func setPicture(_ upload: PhotoUpload, by viewer: Viewer) async throws -> Account {
        let time = clock.now()
        defer { cache.forgetAll() }
        let (account, removed) = try await photos.keeping([upload], of: viewer, as: .square) {
            [photos] kept, connection in
            try Self.refuseDemo(viewer, in: connection)
            let removed = try photos.release(
                PhotoRecords.picture(of: viewer.id, in: connection), in: connection)
            try AccountRecords.setPicture(kept[0].files, of: viewer.id, at: time, in: connection)
            return (try Self.own(viewer, in: connection), removed)
        }
        await photos.announce(removed)
        return account
    }

    /// Takes the profile picture away; idempotent.
    package func removePicture(by viewer: Viewer) async throws -> Account {
        let time = clock.now()
        defer { cache.forgetAll() }
        let (account, removed) = try await storage.write { [photos] connection in
            try Self.refuseDemo(viewer, in: connection)
            let removed = try photos.release(
                PhotoRecords.picture(of: viewer.id, in: connection), in: connection)
            try AccountRecords.setPicture("", of: viewer.id, at: time, in: connection)
            return (try Self.own(viewer, in: connection), removed)
        }
        await photos.announce(removed)
        return account
    }

    /// Sets a new username; the old one is free from then on.
    package func setUsername(_ typed: String, by viewer: Viewer) async throws -> Account {
        let name = Username.normalized(typed)
        var check = FieldCheck()
        check.add("username", Username.fault(in: name))
        try check.done()
        let time = clock.now()
        defer { cache.forgetAll() }
        // The database tells whether the name is taken: a look before the change may be too early.
        return try await refusing(.unique("accounts.username"), as: Self.taken(username: name)) {
            try await storage.write { [deletions] connection in
                try Self.refuseDemo(viewer, in: connection)
                let before = try Self.own(viewer, in: connection)
                try AccountRecords.setUsername(name, of: viewer.id, at: time, in: connection)
                let account = try Self.own(viewer, in: connection)
                if account.words != before.words { try deletions.note(in: connection) }
                try SearchRecords.index(viewer.id, account.username, account.fullName, in: connection)
                return account
            }
        }
    }

    /// Sets a new email address and ends every other session and token.
    package func setEmail(_ typed: String, password: String, by viewer: Viewer) async throws {
        let email = EmailAddress.normalized(typed)
        var check = FieldCheck()
        check.add("email", EmailAddress.fault(in: email))
        try check.done()
        let proof = try await prove(password, of: viewer)
        let time = clock.now()
        try await refusing(.unique("accounts.email"), as: Self.takenEmail) {
            try await storage.write { [deletions] connection in
                try proof.require(of: viewer, field: "password", in: connection)
                try AccountRecords.setEmail(email, of: viewer.id, at: time, in: connection)
                try deletions.note(in: connection)
                try CredentialRecords.deleteAll(of: viewer.id, but: viewer.credential.hash, in: connection)
            }
        }
        await credentialsEnded(of: viewer.id)
    }

    /// Runs a change, and says `problem` where the storage refused it as `error`.
    private func refusing<Result>(
        _ error: StorageError, as problem: Problem, _ change: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await change()
        } catch let thrown as StorageError where thrown == error {
            throw problem
        }
    }

    /// Sets a new password and ends every other session and token.
    package func changePassword(from old: String, to new: String, by viewer: Viewer) async throws {
        let proof = try await prove(old, of: viewer, field: "currentPassword")
        try await setPassword(new, of: viewer.summary, keeping: viewer) { connection in
            try proof.require(of: viewer, field: "currentPassword", in: connection)
        }
    }

    /// Takes one's own account out, for good. A token or a session alone does not: whoever finds one must not be able to.
    package func deleteOwn(_ viewer: Viewer, password: String) async throws {
        let proof = try await prove(password, of: viewer)
        try await delete(viewer.summary) { try proof.require(of: viewer, field: "password", in: $0) }
    }

    /// Refuses whoever does not know the password, and demo users, who have none.
    private func prove(
        _ password: String, of viewer: Viewer, field: String = "password"
    ) async throws -> PasswordProof {
        let hash = try await storage.read { connection in
            try Self.refuseDemo(viewer, in: connection)
            return try AccountRecords.passwordHash(of: viewer.id, in: connection)
        }
        let id = viewer.id.description
        let matches = try await guesses.counting([(.wrongPasswords, id)]) {
            try await passwords.check(password, against: hash, for: .member(viewer.id))
        }
        guard matches, let hash else { throw PasswordProof.wrong(field) }
        return PasswordProof(account: viewer.id, hash: hash)
    }

    static func refuseDemo(_ viewer: Viewer, in connection: any Connection) throws {
        if try AccountRecords.isDemo(viewer.id, in: connection) {
            throw Problem(
                .forbidden,
                "The demo account likes and follows, and stays as it is. Register an account of your own.")
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
    /// What they wrote of themselves.
    fileprivate var words: [String] { [summary.username, summary.fullName, bio, website, pronouns] }
}
