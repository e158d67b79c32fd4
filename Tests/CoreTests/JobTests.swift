import Foundation
import Logging
import MediaStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Core

/// A job whose action the test defines.
private struct Probe: Job {
    static let kind = "probe"
    static let lane = JobLane.records
    static let actions = Mutex<[String: @Sendable (String) async throws -> Void]>([:])

    /// The test that the job belongs to.
    var test = ""
    var word = ""

    func run(with tools: JobTools) async throws { try await Self.run(test, word) }

    static func run(_ test: String, _ word: String) async throws {
        let action = actions.withLock { $0[test] }
        try await action?(word)
    }
}

/// The same kind of job in the lane of the media storage.
private struct MediaProbe: Job {
    static let kind = "media-probe"
    static let lane = JobLane.media
    var test = ""
    var word = ""
    func run(with tools: JobTools) async throws { try await Probe.run(test, word) }
}

/// A job runner that knows only the jobs of this file.
private struct TestRunner: Sendable {
    let test: TestCommunity
    let name = MediaPrefix.random().description
    var jobs: Jobs
    var queue: JobQueue { jobs.queue }

    static func with(
        _ action: @escaping @Sendable (String) async throws -> Void,
        _ body: @escaping (TestRunner) async throws -> Void
    ) async throws {
        try await TestCommunity.with { test in
            var jobs = test.community.jobs
            jobs.kinds = JobKinds([Probe.self, MediaProbe.self])
            jobs.pollInterval = .seconds(3600)
            let runner = TestRunner(test: test, jobs: jobs)
            Probe.actions.withLock { $0[runner.name] = action }
            try await body(runner)
            Probe.actions.withLock { $0[runner.name] = nil }
        }
    }

    func enqueue(_ word: String, key: String? = nil, in milliseconds: Int64 = 0) async throws {
        let time = test.time.clock.now() + milliseconds
        try await test.storage.write { [queue, name] connection in
            try queue.enqueue(Probe(test: name, word: word), key: key, at: time, in: connection)
        }
        queue.wake()
    }

    func all() async throws -> [WaitingJob] { try await jobs.all() }
}

/// What happened, in order.
private final class Record: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ word: String) { list.withLock { $0.append(word) } }
    var words: [String] { list.withLock { $0 } }
}

struct JobTests {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    @Test func `the queue knows every type of job in the program, and their kinds differ`() throws {
        let folder = Fixtures.root + "/Sources/Core"
        var types: Set<String> = []
        for file in Fixtures.files(below: folder) where file.hasSuffix(".swift") {
            let code = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            types.formUnion(code.matches(of: /struct (\w+): Job\b/).map { String($0.1) })
        }
        #expect(types.count >= 5)
        #expect(types == Set(JobKinds.all.typeNames))
        let kinds = JobKinds.all.names(in: JobLane.allCases)
        #expect(Set(kinds).count == kinds.count)
    }

    @Test func `a job is stored only if the transaction that causes it commits`() async throws {
        let done = Record()
        try await TestRunner.with(done.add) { runner in
            _ = try? await runner.test.storage.write {
                [queue = runner.queue, name = runner.name] connection in
                try queue.enqueue(Probe(test: name, word: "lost"), in: connection)
                throw Problem.notFound("post")
            }
            try await runner.enqueue("later", in: 10)
            try await runner.enqueue("now")
            #expect(try await runner.jobs.runDue() == 1 && done.words == ["now"])
            runner.test.time.advance(by: 10)
            #expect(try await runner.jobs.runDue() == 1 && done.words == ["now", "later"])
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test func `at most one job with the same key waits, with the newest payload and the earliest time`()
        async throws
    {
        let done = Record()
        try await TestRunner.with(done.add) { runner in
            for (word, delay) in [("one", 20), ("two", 5), ("three", 30)] as [(String, Int64)] {
                try await runner.enqueue(word, key: "k", in: delay)
            }
            let waiting = try await runner.all()
            #expect(waiting.count == 1 && waiting[0].runAt == runner.test.time.clock.now() + 5)
            runner.test.time.advance(by: 5)
            try await runner.jobs.runDue()
            #expect(done.words == ["three"])
        }
    }

    @Test func `a job that is enqueued again while it runs is run once more`() async throws {
        let done = Record()
        let again = Mutex<(@Sendable () async throws -> Void)?>(nil)
        try await TestRunner.with({ word in
            done.add(word)
            let more = again.withLock { $0.take() }
            try await more?()
        }) { runner in
            again.withLock { $0 = { try await runner.enqueue("again", key: "k") } }
            try await runner.enqueue("first", key: "k")
            #expect(try await runner.jobs.runDue() == 2)
            #expect(done.words == ["first", "again"])
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test func `a failed job with a new payload runs immediately, and with the same payload waits`()
        async throws
    {
        let done = Record()
        try await TestRunner.with({ word in
            done.add(word)
            if word == "bad" { throw Failure(description: "no") }
        }) { runner in
            try await runner.enqueue("bad", key: "k")
            try await runner.jobs.runDue()
            try await runner.enqueue("bad", key: "k")
            #expect(try await runner.jobs.runDue() == 0)
            try await runner.enqueue("good", key: "k")
            #expect(try await runner.all().map(\.attempts) == [0])
            #expect(try await runner.jobs.runDue() == 1 && done.words == ["bad", "good"])
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test func `a job that is enqueued again while it fails runs immediately`() async throws {
        let done = Record()
        let again = Mutex<(@Sendable () async throws -> Void)?>(nil)
        try await TestRunner.with({ word in
            done.add(word)
            guard word == "bad" else { return }
            let more = again.withLock { $0.take() }
            try await more?()
            throw Failure(description: "no")
        }) { runner in
            again.withLock { $0 = { try await runner.enqueue("good", key: "k") } }
            try await runner.enqueue("bad", key: "k")
            #expect(try await runner.jobs.runDue() == 2 && done.words == ["bad", "good"])
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test func `a lease that a wrong clock took is ignored`() async throws {
        let done = Record()
        try await TestRunner.with(done.add) { runner in
            try await runner.enqueue("x")
            // A lease from a clock that is only a minute ahead still counts.
            for (end, count) in [(Jobs.leaseDuration + 60_000, 0), (365 * 24 * 3_600_000, 1)]
                as [(Int64, Int)]
            {
                let time = runner.test.time.clock.now() + end
                try await runner.test.storage.write {
                    try $0.run("UPDATE jobs SET lease = 5, leased_until = \(time)")
                }
                #expect(try await runner.jobs.runDue() == count)
            }
            #expect(done.words == ["x"])
        }
    }

    @Test func `another process runs the job of a dead process when its lease expires`() async throws {
        let done = Record()
        try await TestRunner.with(done.add) { runner in
            try await runner.enqueue("x")
            let now = runner.test.time.clock.now()
            let due = JobRecords.Due(kinds: [Probe.kind], now: now)
            let dead = try #require(
                try await runner.test.storage.write {
                    try JobRecords.claim(due, until: now + Jobs.leaseDuration, in: $0)
                })
            #expect(try await runner.jobs.runDue() == 0)
            #expect(try await runner.all().map(\.isRunning) == [true])
            runner.test.time.advance(by: Jobs.leaseDuration - 1)
            #expect(
                try await runner.test.storage.write {
                    try JobRecords.renew(dead, until: now + 2 * Jobs.leaseDuration, in: $0)
                })
            runner.test.time.advance(by: 1)
            #expect(try await runner.jobs.runDue() == 0, "renewed")
            runner.test.time.advance(by: Jobs.leaseDuration)
            #expect(try await runner.jobs.runDue() == 1 && done.words == ["x"])
            // The process that lost the lease cannot renew it.
            #expect(
                try await runner.test.storage.write { try JobRecords.renew(dead, until: now, in: $0) }
                    == false)
        }
    }

    @Test func `a lease is renewed while the job runs, and losing the lease stops the job`() async throws {
        let done = Record()
        try await TestRunner.with({ word in
            done.add(word)
            if done.words.count == 1 { try await Task.sleep(for: .seconds(3600)) }
        }) { runner in
            try await runner.enqueue("x")
            var jobs = runner.jobs
            jobs.leaseRenewalInterval = .milliseconds(5)
            let running = Task { [jobs] in try await jobs.runDue() }
            while done.words.isEmpty { await Task.yield() }
            // Another process claims the job, as if this one had been suspended for two minutes.
            try await runner.test.storage.write { try $0.run("UPDATE jobs SET lease = 1, leased_until = 0") }
            #expect(try await running.value == 2)
            #expect(done.words == ["x", "x"])
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test
    func `a failing job waits longer each time, is given up after a week, and runs again on request`()
        async throws
    {
        let isBroken = Mutex(true)
        let done = Record()
        try await TestRunner.with({ word in
            if isBroken.withLock({ $0 }) { throw Failure(description: "no") }
            done.add(word)
        }) { runner in
            try await runner.enqueue("x")
            var pauses: [Int64] = []
            var spent: Int64 = 0
            while try await runner.all()[0].givenUpAt == nil {
                #expect(try await runner.jobs.runDue() == 1)
                let pause = try await runner.all()[0].runAt - runner.test.time.clock.now()
                pauses.append(pause / 1000)
                guard try await runner.all()[0].givenUpAt == nil else { break }
                runner.test.time.advance(by: pause)
                spent += pause
            }
            #expect(pauses.prefix(7) == [5, 30, 120, 600, 3600, 21_600, 21_600])
            #expect(spent >= 7 * 24 * 3600 * 1000 && spent < 8 * 24 * 3600 * 1000)
            let given = try await runner.all()[0]
            #expect(given.lastError == "no" && given.attempts == pauses.count)
            runner.test.time.advance(by: 30 * 24 * 3600 * 1000)
            #expect(try await runner.jobs.runDue() == 0)
            #expect(try await runner.jobs.count() == 0)
            isBroken.withLock { $0 = false }
            try await runner.jobs.retry(given.id)
            #expect(try await runner.jobs.runDue() == 1 && done.words == ["x"])
            #expect(await problem { try await runner.jobs.retry(given.id) }?.kind == .notFound)
            #expect(await problem { try await runner.jobs.drop(given.id) }?.kind == .notFound)
            try await runner.enqueue("y")
            try await runner.jobs.drop(try await runner.all()[0].id)
            #expect(try await runner.all().isEmpty)
        }
    }

    @Test func `a stored error contains no photo URL and no token`() {
        let photo = MediaPrefix.random().description
        let error = Failure(
            description: "DELETE /photos/\(photo)/640.jpg\nfor token \(Secret.random().text): AccessDenied")
        let stored = JobFailure.redactedDescription(of: error)
        #expect(stored == "DELETE /photos/\(photo.prefix(2))/…/640.jpg for token …: AccessDenied")
    }

    @Test func `an interrupted job does not count as an attempt and runs at the next start`() async throws {
        let done = Record()
        try await TestRunner.with({ word in
            done.add(word)
            if done.words.count == 1 { try await Task.sleep(for: .seconds(3600)) }
        }) { runner in
            try await runner.enqueue("x")
            let running = Task { await runner.jobs.run() }
            while done.words.isEmpty { await Task.yield() }
            running.cancel()
            await running.value
            let waiting = try await runner.all()
            #expect(
                waiting.map(\.attempts) == [0] && waiting.map(\.isRunning) == [false]
                    && waiting[0].lastError == "")
            #expect(try await runner.jobs.runDue() == 1)
        }
    }

    @Test func `only one of several instances runs each job`() async throws {
        let done = Record()
        try await TestRunner.with(done.add) { runner in
            for number in 0..<30 { try await runner.enqueue("\(number)") }
            var other = runner.test.community(over: runner.test.storage).jobs
            other.kinds = runner.jobs.kinds
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for jobs in [runner.jobs, other, runner.jobs, other] {
                    group.addTask { try await jobs.runDue() }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 30 && Set(done.words).count == 30 && done.words.count == 30)
        }
    }

    @Test func `a runner wakes immediately, and slow media jobs do not delay other jobs`() async throws {
        let (stream, done) = AsyncStream.makeStream(of: String.self)
        try await TestRunner.with({ word in
            done.yield(word)
            if word == "slow" { try await Task.sleep(for: .seconds(3600)) }
        }) { runner in
            let running = Task { await runner.jobs.run() }
            var words = stream.makeAsyncIterator()
            for _ in 0..<5 {
                try await runner.test.storage.write { [queue = runner.queue, name = runner.name] connection in
                    try queue.enqueue(MediaProbe(test: name, word: "slow"), in: connection)
                }
            }
            runner.queue.wake()
            #expect(await words.next() == "slow")
            #expect(await words.next() == "slow")
            try await runner.enqueue("quick")
            #expect(await words.next() == "quick")
            running.cancel()
            await running.value
        }
    }
}
