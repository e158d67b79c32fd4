import Encodings
import Storage

/// The rules of two-step verification: an authenticator app, recovery codes for when it is lost, and browsers
/// that are trusted for 30 days.
package struct SecondFactors: Sendable {
    let storage: any Storage
    let key: SecretKey
    let presence: Presence
    let throttle: SignInThrottle
    let clock: WallClock

    /// What is set up to protect an account.
    package struct State: Sendable {
        /// When two-step verification was turned on, in milliseconds since 1970; nil if it is off.
        package let isOnSince: Int64?
        package let recoveryCodesLeft: Int
        /// The newest first.
        package let trustedBrowsers: [TrustedBrowser]
    }

    /// The secret of a new authenticator app.
    package struct Setup: Sendable {
        /// As people type it into the app.
        package let secret: String
        /// The content of the QR code.
        package let uri: String
    }

    package func state(of viewer: Viewer) async throws -> State {
        let now = clock.now()
        return try await storage.read { connection in
            State(
                isOnSince: try AuthenticatorRecords.find(viewer.id, in: connection)?.confirmedAt,
                recoveryCodesLeft: try RecoveryCodes.unusedCount(of: viewer.id, in: connection),
                trustedBrowsers: try TrustedBrowserRecords.all(of: viewer.id, at: now, in: connection))
        }
    }

    /// How many recovery codes are made at once.
    package static var recoveryCodeCount: Int { RecoveryCodes.count }

    // MARK: - Setting up

    /// Makes the secret of an authenticator app. It counts only after ``confirm(_:by:)``.
    /// - Parameters:
    ///   - issuer: the name of the site, which the app shows.
    ///   - password: the proof that the member is present; nil if they proved it a short time ago.
    /// - Throws: ``Problem``: `conflict` if an app is set up already.
    package func begin(by viewer: Viewer, password: String?, issuer: String) async throws -> Setup {
        let totp = TOTP.random()
        let sealed = try key.seal(totp.secret, for: .authenticator, of: viewer.id)
        try await presence.proving(viewer, password: password) { [key] connection in
            try key.record(in: connection)
            guard try AuthenticatorRecords.begin(sealed, of: viewer.id, in: connection) else {
                throw Problem(
                    .conflict, field: "code",
                    "Two-step verification is already on. Turn it off to set up another app.")
            }
        }
        return Setup(secret: totp.text, uri: totp.uri(issuer: issuer, account: viewer.username))
    }

    /// Returns the secret of the app that is being set up; nil if there is none.
    package func setup(of viewer: Viewer, issuer: String) async throws -> Setup? {
        let record = try await storage.read { try AuthenticatorRecords.find(viewer.id, in: $0) }
        guard let record, record.confirmedAt == nil, let totp = totp(record, of: viewer.id) else {
            return nil
        }
        return Setup(secret: totp.text, uri: totp.uri(issuer: issuer, account: viewer.username))
    }

    /// Turns two-step verification on, after the first code of the app.
    /// - Returns: the recovery codes, which cannot be shown again.
    package func confirm(_ code: String, by viewer: Viewer) async throws -> [String] {
        let now = clock.now()
        var codes: [String]?
        _ = try await throttle.counting([(.wrongCodes, "\(viewer.id)")]) {
            codes = try await storage.write { connection -> [String]? in
                try viewer.requireCredential(in: connection)
                guard let record = try AuthenticatorRecords.find(viewer.id, in: connection),
                    record.confirmedAt == nil
                else { throw Problem(.conflict, field: "code", "Set up an authenticator app first.") }
                guard try use(totpCode: code, record, of: viewer.id, at: now, in: connection) else {
                    return nil
                }
                try AuthenticatorRecords.confirm(viewer.id, at: now, in: connection)
                return try RecoveryCodes.replace(of: viewer.id, in: connection)
            }
            return codes != nil
        }
        guard let codes else { throw Self.wrongCode }
        return codes
    }

    /// Turns two-step verification off, and forgets recovery codes and trusted browsers. Idempotent.
    package func turnOff(by viewer: Viewer, password: String?) async throws {
        try await presence.proving(viewer, password: password) { connection in
            _ = try Self.remove(of: viewer.id, in: connection)
        }
    }

    /// Turns two-step verification off for a member who lost the app and the codes, on behalf of the
    /// administrator. Returns false if it was off.
    package func turnOff(of account: Account) async throws -> Bool {
        try await storage.write { try Self.remove(of: account.id, in: $0) }
    }

    /// Replaces the recovery codes.
    /// - Returns: the new codes, which cannot be shown again.
    package func renewRecoveryCodes(by viewer: Viewer, password: String?) async throws -> [String] {
        try await presence.proving(viewer, password: password) { connection in
            guard try AuthenticatorRecords.isRequired(of: viewer.id, in: connection) else {
                throw Problem(.conflict, "Turn on two-step verification first.")
            }
            return try RecoveryCodes.replace(of: viewer.id, in: connection)
        }
    }

    /// Makes a trusted browser need a code again.
    package func endTrust(_ handle: String, of viewer: Viewer) async throws {
        guard let hash = Base64URL.decode(handle),
            try await storage.write({
                try TrustedBrowserRecords.delete(hash: hash, of: viewer.id, in: $0)
            })
        else { throw Problem.notFound("browser") }
    }

    private static func remove(of account: ID<Account>, in connection: any Connection) throws -> Bool {
        try RecoveryCodes.remove(of: account, in: connection)
        try TrustedBrowserRecords.deleteAll(of: account, in: connection)
        try SignInTicketRecords.deleteAll(of: account, in: connection)
        return try AuthenticatorRecords.delete(account, in: connection)
    }

    // MARK: - Signing in

    /// Whether a sign-in needs a second factor.
    /// - Parameter trusted: the secret of the browser, if it has one.
    func areRequired(
        of account: ID<Account>, trusted: Secret?, at time: Int64, in connection: any Connection
    ) throws -> Bool {
        guard try AuthenticatorRecords.isRequired(of: account, in: connection) else { return false }
        guard let trusted else { return true }
        return try !TrustedBrowserRecords.trusts(trusted, of: account, at: time, in: connection)
    }

    /// The second factors that can complete a sign-in to an account with two-step verification.
    static func methods(of account: ID<Account>, in connection: any Connection) throws -> [SecondFactor] {
        let hasRecoveryCodes = try RecoveryCodes.unusedCount(of: account, in: connection) > 0
        return hasRecoveryCodes ? [.totp, .recoveryCode] : [.totp]
    }

    /// Uses up a code of the authenticator app, or a recovery code. Returns false if it is wrong or was used
    /// before.
    func use(
        _ code: String, of account: ID<Account>, at time: Int64, in connection: any Connection
    ) throws -> Bool {
        guard let record = try AuthenticatorRecords.find(account, in: connection), record.confirmedAt != nil
        else { return false }
        return try use(totpCode: code, record, of: account, at: time, in: connection)
            || RecoveryCodes.use(code, of: account, at: time, in: connection)
    }

    private func use(
        totpCode code: String, _ record: AuthenticatorRecords.Record, of account: ID<Account>, at time: Int64,
        in connection: any Connection
    ) throws -> Bool {
        guard let step = totp(record, of: account)?.step(of: code, at: time) else { return false }
        return try AuthenticatorRecords.use(step: step, of: account, in: connection)
    }

    private func totp(_ record: AuthenticatorRecords.Record, of account: ID<Account>) -> TOTP? {
        key.open(record.sealedSecret, for: .authenticator, of: account).map(TOTP.init)
    }

    static let wrongCode = Problem(
        .invalid, field: "code",
        "This code is not correct or was used before. Enter the code that the app shows now.")
}
