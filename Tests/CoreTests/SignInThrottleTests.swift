import Synchronization
import TestSupport
import Testing

@testable import Core

struct SignInThrottleTests {
    private func limits(_ kind: RateLimits.Kind, _ count: Int) -> RateLimits {
        var limits = RateLimits()
        limits[kind] = RateLimit(count: count, seconds: 3600)
        return limits
    }

    @Test func `concurrent wrong passwords are all counted`() async throws {
        try await TestCommunity.with(limits: limits(.failedSignIns, 4)) { test in
            _ = try await test.member("ada")
            let outcomes = await withTaskGroup(of: Problem?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        await problem {
                            try await test.signIn(
                                login: "ada", password: "wrong \(number)", as: .session, name: "")
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1?.kind) }
            }
            let checked = outcomes.count { $0 == .unauthorized }
            // Attempts that were refused because the queue was full do not count.
            #expect((1...4).contains(checked))
            #expect(outcomes.count == 40 && !outcomes.contains(nil))
        }
    }

    @Test func `a correct password does not count as a failed sign-in`() async throws {
        try await TestCommunity.with(limits: limits(.accountFailedSignIns, 2)) { test in
            _ = try await test.member("ada")
            for _ in 0..<5 {
                _ = try await test.signIn(
                    login: "ada", password: TestCommunity.password, as: .session, name: "")
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `setting a new password waits for the account's place in the queue like a sign-in`() async throws {
        try await TestCommunity.with { test in
            let ada = try await test.member("ada")
            let queue = test.community.passwords.queue
            let isRunning = Mutex(false)
            let isHeld = Mutex(true)
            let holder = Task {
                try await queue.run(for: .member(ada.id)) {
                    isRunning.withLock { $0 = true }
                    try await waitUntil { isHeld.withLock { !$0 } }
                }
            }
            try await waitUntil { isRunning.withLock { $0 } }
            let changes = Task {
                try await test.community.accounts.setPassword("hopper lovelace", of: ada.summary)
            }
            try await waitUntil { queue.waitingCount == 1 }
            isHeld.withLock { $0 = false }
            try await holder.value
            try await changes.value
        }
    }

    @Test func `a browser remembers the last five accounts and rejects wrong signatures`() async throws {
        try await TestCommunity.with { test in
            let signer = test.community.signer
            let ids = (1...6).map { ID<Account>($0) }
            var browser = KnownBrowser()
            #expect(KnownBrowser(browser.text) == nil, "no account was signed in")
            for id in ids { browser = browser.remembering(id, signer: signer) }
            #expect(browser.remembering(ids[5], signer: signer) == browser)
            let parsed = try #require(KnownBrowser(browser.text))
            #expect(parsed == browser && parsed.text.utf8.count < 400)
            #expect(ids.map { parsed.knows($0, signer: signer) } == [false, true, true, true, true, true])
            let otherSigner = Signer(key: .random())
            #expect(!parsed.knows(ids[5], signer: otherSigner))
            // A signature is valid only for the browser that it was created for.
            let signature = try #require(parsed.text.split(separator: ".").last)
            #expect(KnownBrowser("other.\(signature)")?.knows(ids[5], signer: signer) == false)
            for text in ["", ".", "a", "a.b.c.d.e.f.g"] { #expect(KnownBrowser(text) == nil) }
        }
    }

    @Test func `all instances sign with the same key`() async throws {
        try await TestCommunity.with { test in
            let other = try await Community.signer(of: test.storage)
            let signature = test.community.signer.signature(of: "x", for: .visitor)
            #expect(other.accepts(signature, of: "x", for: .visitor))
            #expect(!other.accepts(signature, of: "x", for: .knownBrowser))
            #expect(!other.accepts(signature, of: "y", for: .visitor))
            #expect(!other.accepts("?", of: "x", for: .visitor))
        }
    }
}

struct HashingQueueTests {
    /// Work in the queue that the test starts and ends.
    private final class Work: Sendable {
        let queue = HashingQueue(atOnce: 2, places: 6, reserve: 2)
        private let started = Mutex<[String]>([])
        private let gates = Mutex<[String: CheckedContinuation<Void, Never>]>([:])

        var running: [String] { started.withLock { $0 } }

        func run(
            _ name: String, _ account: String?, isKnown: Bool = false, isMember: Bool = false
        ) -> Task<Problem?, Never> {
            Task {
                await problem {
                    let client = HashingQueue.Client(account: account, isKnown: isKnown, isMember: isMember)
                    try await self.queue.run(for: client) {
                        await withCheckedContinuation { continuation in
                            self.gates.withLock { $0[name] = continuation }
                            self.started.withLock { $0.append(name) }
                        }
                    }
                }
            }
        }

        func end(_ name: String) { gates.withLock { $0.removeValue(forKey: name) }?.resume() }

        /// Waits until the given numbers of tasks have started and wait.
        func settle(started: Int, waiting: Int) async throws {
            try await waitUntil { running.count == started && queue.waitingCount == waiting }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `an account runs only one task at a time`() async throws {
        let work = Work()
        let first = work.run("first", "ada")
        try await work.settle(started: 1, waiting: 0)
        let second = work.run("second", "ada")
        try await work.settle(started: 1, waiting: 1)
        let other = work.run("other", "grace")
        try await work.settle(started: 2, waiting: 1)
        let third = work.run("third", "ada")
        try await work.settle(started: 2, waiting: 2)
        let refused = await work.run("fourth", "ada").value
        #expect(refused?.kind == .unavailable(retryAfter: 2))
        work.end("other")
        #expect(await other.value == nil)
        #expect(work.running == ["first", "other"], "a place is free, but ada already uses one")
        for name in ["first", "second", "third"] {
            try await waitUntil { work.running.last == name || work.running.contains(name) }
            work.end(name)
        }
        for task in [first, second, third] { #expect(await task.value == nil) }
        #expect(work.running == ["first", "other", "second", "third"])
    }

    @Test(.timeLimit(.minutes(10)))
    func `places are reserved for known browsers, and these go first`() async throws {
        let work = Work()
        var tasks: [Task<Problem?, Never>] = []
        for number in 0..<6 {
            tasks.append(work.run("unknown \(number)", "\(number)"))
            try await work.settle(started: min(number + 1, 2), waiting: max(0, number - 1))
        }
        let refused = await work.run("one more", "x").value
        #expect(refused?.kind == .unavailable(retryAfter: 2))
        tasks.append(work.run("member", "grace", isMember: true))
        try await work.settle(started: 2, waiting: 5)
        let second = await work.run("another", "linus", isMember: true).value
        #expect(second?.kind == .unavailable(retryAfter: 2), "members leave places to known browsers")
        tasks.append(work.run("known", "ada", isKnown: true))
        try await work.settle(started: 2, waiting: 6)
        work.end("unknown 0")
        try await work.settle(started: 3, waiting: 5)
        #expect(work.running.last == "known")
        for name in ["known"] + (1..<6).map({ "unknown \($0)" }) + ["member"] {
            try await waitUntil { work.running.contains(name) }
            work.end(name)
        }
        for task in tasks { #expect(await task.value == nil) }
        #expect(work.queue.waitingCount == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled task leaves the queue`() async throws {
        let work = Work()
        let first = work.run("first", "ada")
        try await work.settle(started: 1, waiting: 0)
        let second = Task { try await work.queue.run(for: .init(account: "ada", isKnown: false)) {} }
        try await work.settle(started: 1, waiting: 1)
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(work.queue.waitingCount == 0)
        work.end("first")
        #expect(await first.value == nil)
    }
}
