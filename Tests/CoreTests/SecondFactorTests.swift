import Core
import Encodings
import Foundation
import Storage
import TestSupport
import Testing

@testable import Core

/// Two-step verification: authenticator apps, recovery codes, trusted browsers.
struct SecondFactorTests {
    // MARK: - Codes

    /// The test vectors of RFC 6238, appendix B, cut to six digits.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)])
    func `codes are those of RFC 6238`(_ seconds: Int64, _ code: String) {
        let totp = TOTP(secret: Array("12345678901234567890".utf8))
        #expect(totp.code(at: TOTP.step(at: seconds * 1000)) == code)
    }

    @Test func `a code is valid for the step before and after its own`() {
        let totp = TOTP.random()
        let time: Int64 = 1_800_000_000_000
        let step = TOTP.step(at: time)
        for distance in [-1, 0, 1] as [Int64] {
            #expect(totp.step(of: totp.code(at: step + distance), at: time) == step + distance)
        }
        for distance in [-3, -2, 2, 3] as [Int64] where totp.code(at: step + distance) != totp.code(at: step)
        {
            let found = totp.step(of: totp.code(at: step + distance), at: time)
            #expect(found == nil || abs((found ?? 0) - step) <= 1)
        }
        let code = totp.code(at: step)
        #expect(totp.step(of: " \(code.prefix(3)) \(code.suffix(3)) ", at: time) == step)
        for wrong in ["", "12345", code + "0", "ABCDEF"] { #expect(totp.step(of: wrong, at: time) == nil) }
    }

    @Test func `base 32 is that of RFC 4648`() {
        // Section 10, without padding.
        for (text, encoded) in [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ] {
            #expect(Base32.encode(text.utf8) == encoded)
        }
    }

    @Test func `a secret is opened only by its key, for its purpose and its owner`() throws {
        let (key, other) = (SecretKey.random(), SecretKey.random())
        let (ada, grace) = (ID<Account>(1), ID<Account>(2))
        let sealed = try key.seal([1, 2, 3], for: .authenticator, of: ada)
        #expect(key.open(sealed, for: .authenticator, of: ada) == [1, 2, 3])
        #expect(other.open(sealed, for: .authenticator, of: ada) == nil)
        #expect(key.open(sealed, for: .authenticator, of: grace) == nil)
        #expect(key.open(Array(sealed.dropLast()), for: .authenticator, of: ada) == nil)
        #expect(try key.seal([1, 2, 3], for: .authenticator, of: ada) != sealed)
    }

    // MARK: - Setting up

    @Test func `two-step verification is on after the first code, and not before`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test, isOn: false)
            _ = try await test.signIn(login: "ada")
            let refused = await problem { try await ada.factors.confirm("000000", by: ada.viewer) }
            #expect(refused?.kind == .invalid)
            _ = try await test.signIn(login: "ada")
            let codes = try await ada.factors.confirm(ada.code(), by: ada.viewer)
            #expect(codes.count == 10 && Set(codes).count == 10)
            #expect(try await ada.ticket().methods == [.totp, .recoveryCode])
            let state = try await ada.factors.state(of: ada.viewer)
            #expect(state.isOnSince == test.time.now && state.recoveryCodesLeft == 10)
        }
    }

    @Test func `setting up needs the password, and another app cannot be set up secretly`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let factors = test.community.secondFactors
            let missing = await problem { try await factors.begin(by: ada, password: nil, issuer: "x") }
            let wrong = await problem { try await factors.begin(by: ada, password: "x", issuer: "x") }
            #expect(missing?.kind == .forbidden && wrong?.kind == .invalid)
            let protected = try await Protected(in: test, isOn: true, viewer: ada)
            let refused = await problem {
                try await factors.begin(by: ada, password: TestCommunity.password, issuer: "x")
            }
            #expect(refused?.kind == .conflict)
            #expect(await problem { try await factors.confirm(protected.code(), by: ada) }?.kind == .conflict)
        }
    }

    @Test func `after a sign-in the password is not asked for ten minutes in this session`() async throws {
        try await TestCommunity.with { test in
            _ = try await test.member("ada")
            let community = test.community
            let issued = try await test.signIn(login: "ada")
            func viewer() async throws -> Viewer {
                try #require(try await community.credentials.viewer(issued.secret, kind: .session))
            }
            _ = try await community.secondFactors.begin(by: try await viewer(), password: nil, issuer: "x")
            test.time.advance(by: Presence.lifetime)
            #expect(
                await problem {
                    try await community.secondFactors.begin(
                        by: try await viewer(), password: nil, issuer: "x")
                }?.kind == .forbidden)
            let password = TestCommunity.password
            _ = try await community.secondFactors.begin(
                by: try await viewer(), password: password, issuer: "x")
            _ = try await community.secondFactors.begin(by: try await viewer(), password: nil, issuer: "x")
        }
    }

    @Test func `turning it off forgets recovery codes and trusted browsers`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let browser = Secret.random()
            _ = try await ada.signIn(trusting: browser)
            #expect(await problem { try await ada.factors.turnOff(by: ada.viewer, password: nil) } != nil)
            try await ada.factors.turnOff(by: ada.viewer, password: TestCommunity.password)
            _ = try await test.signIn(login: "ada")
            let state = try await ada.factors.state(of: ada.viewer)
            #expect(state.isOnSince == nil && state.recoveryCodesLeft == 0 && state.trustedBrowsers.isEmpty)
        }
    }

    // MARK: - Signing in

    @Test func `a password alone does not sign in, and with a code it does`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let ticket = try await ada.ticket()
            #expect(await problem { try await ada.enter("000000", ticket) }?.kind == .invalid)
            let issued = try await ada.enter(ada.code(), ticket)
            #expect(issued.account.summary.username == "ada")
            #expect(await problem { try await ada.enter(ada.code(), ticket) }?.kind == .unauthorized)
        }
    }

    @Test func `a code signs in once, even for two sign-ins at the same time`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let code = ada.code()
            let tickets = [try await ada.ticket(), try await ada.ticket()]
            let entered = await withTaskGroup(of: Bool.self) { group in
                for ticket in tickets {
                    group.addTask { (try? await ada.enter(code, ticket)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(entered == 1)
            test.time.advance(by: 30_000)
            _ = try await ada.signIn()
        }
    }

    @Test func `a recovery code signs in once, however it is typed`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let typed = ada.recoveryCodes[3].lowercased().replacingOccurrences(of: "-", with: " ")
            _ = try await ada.enter(typed, try await ada.ticket())
            let ticket = try await ada.ticket()
            #expect(await problem { try await ada.enter(ada.recoveryCodes[3], ticket) }?.kind == .invalid)
            #expect(try await ada.factors.state(of: ada.viewer).recoveryCodesLeft == 9)
            let new = try await ada.factors.renewRecoveryCodes(
                by: ada.viewer, password: TestCommunity.password)
            #expect(await problem { try await ada.enter(ada.recoveryCodes[4], ticket) }?.kind == .invalid)
            _ = try await ada.enter(new[0], ticket)
        }
    }

    @Test func `a ticket ends after five minutes, five wrong codes, or a new password`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let late = try await ada.ticket()
            test.time.advance(by: SignInTicket.lifetime)
            #expect(await problem { try await ada.enter(ada.code(), late) }?.kind == .unauthorized)
            let tried = try await ada.ticket()
            for _ in 0..<5 {
                #expect(await problem { try await ada.enter("000000", tried) }?.kind == .invalid)
            }
            #expect(await problem { try await ada.enter(ada.code(), tried) }?.kind == .unauthorized)
            let old = try await ada.ticket()
            try await test.community.accounts.setPassword(
                "a quite different one", of: ada.viewer.summary)
            #expect(await problem { try await ada.enter(ada.code(), old) }?.kind == .unauthorized)
        }
    }

    @Test func `wrong codes are limited for the account, whatever the ticket`() async throws {
        try await TestCommunity.with(limits: RateLimits()) { test in
            let ada = try await Protected(in: test)
            for _ in 0..<5 {
                let ticket = try await ada.ticket()
                #expect(await problem { try await ada.enter("000000", ticket) }?.kind == .invalid)
            }
            let ticket = try await ada.ticket()
            let refused = await problem { try await ada.enter(ada.code(), ticket) }
            guard case .tooMany = refused?.kind else {
                Issue.record("\(String(describing: refused))")
                return
            }
            test.time.advance(by: 60_000)
            _ = try await ada.enter(ada.code(), ticket)
        }
    }

    @Test func `a trusted browser needs no code for 30 days, and only for this account`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            let grace = try await Protected(in: test, name: "grace")
            let browser = Secret.random()
            _ = try await ada.signIn(trusting: browser)
            guard case .signedIn = try await ada.password(trusted: browser),
                case .needsSecondFactor = try await ada.password(trusted: Secret.random()),
                case .needsSecondFactor = try await grace.password(trusted: browser)
            else {
                Issue.record("the wrong browser is trusted")
                return
            }
            let trusted = try #require(try await ada.factors.state(of: ada.viewer).trustedBrowsers.first)
            try await ada.factors.endTrust(trusted.handle, of: ada.viewer)
            #expect(
                await problem { try await ada.factors.endTrust(trusted.handle, of: ada.viewer) }?.kind
                    == .notFound)
            guard case .needsSecondFactor = try await ada.password(trusted: browser) else {
                Issue.record("a browser is trusted after its removal")
                return
            }
            test.time.advance(by: 30_000)
            _ = try await ada.signIn(trusting: browser)
            test.time.advance(by: TrustedBrowser.lifetime)
            guard case .needsSecondFactor = try await ada.password(trusted: browser) else {
                Issue.record("a browser is trusted after 30 days")
                return
            }
            _ = try await test.community.maintenance.run()
            #expect(
                try await test.storage.read { try $0.int("SELECT count(*) FROM trusted_browsers") } == 0)
        }
    }

    @Test func `with another secret key, codes are wrong and recovery codes work`() async throws {
        try await TestCommunity.with { test in
            let ada = try await Protected(in: test)
            try await test.community.secretKey.check(in: test.storage)
            let other = SecretKey.random()
            await #expect(throws: SecretKey.IsAnother.self) { try await other.check(in: test.storage) }
            try await other.replaceOther(in: test.storage)
            try await other.check(in: test.storage)
            await #expect(throws: SecretKey.IsAnother.self) {
                try await test.community.secretKey.check(in: test.storage)
            }
            let community = test.community(secretKey: other)
            let refused = await problem {
                try await community.signIn.withCode(
                    ada.code(), ticket: try await ada.ticket().secret,
                    from: SignInOrigin(client: "192.0.2.1"))
            }
            #expect(refused?.kind == .invalid)
            _ = try await community.signIn.withCode(
                ada.recoveryCodes[0], ticket: try await ada.ticket().secret,
                from: SignInOrigin(client: "192.0.2.1"))
        }
    }
}

/// A member with an authenticator app.
private struct Protected {
    let test: TestCommunity
    let viewer: Viewer
    let name: String
    private let totp: TOTP
    private(set) var recoveryCodes: [String] = []

    var factors: SecondFactors { test.community.secondFactors }

    init(in test: TestCommunity, name: String = "ada", isOn: Bool = true, viewer: Viewer? = nil) async throws
    {
        self.test = test
        self.name = name
        let member: Viewer
        if let viewer { member = viewer } else { member = try await test.member(name) }
        self.viewer = member
        _ = try await test.community.secondFactors.begin(
            by: member, password: TestCommunity.password, issuer: "Isntgram")
        let id = member.id
        let record = try #require(try await test.storage.read { try AuthenticatorRecords.find(id, in: $0) })
        totp = TOTP(
            secret: try #require(
                test.community.secretKey.open(record.sealedSecret, for: .authenticator, of: id)))
        guard isOn else { return }
        recoveryCodes = try await factors.confirm(code(), by: member)
        // A code can be used once.
        test.time.advance(by: 30_000)
    }

    /// The code that the app shows now.
    func code() -> String { totp.code(at: TOTP.step(at: test.time.now)) }

    func password(trusted: Secret? = nil) async throws -> SignIn.Outcome {
        try await test.community.signIn.withPassword(
            login: name, password: TestCommunity.password, as: .session, name: "test",
            from: SignInOrigin(client: "192.0.2.1"), trusted: trusted)
    }

    func ticket() async throws -> SignInTicket {
        guard case .needsSecondFactor(let ticket) = try await password() else {
            throw Problem(.unexpected, "no second factor is needed")
        }
        return ticket
    }

    func enter(
        _ code: String, _ ticket: SignInTicket, trusting browser: Secret? = nil
    ) async throws -> Credentials.Issued {
        try await test.community.signIn.withCode(
            code, ticket: ticket.secret, from: SignInOrigin(client: "192.0.2.1"), trusting: browser)
    }

    @discardableResult
    func signIn(trusting browser: Secret? = nil) async throws -> Credentials.Issued {
        try await enter(code(), try await ticket(), trusting: browser)
    }
}
