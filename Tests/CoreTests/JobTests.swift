import Logging
import MediaStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Core

/// A job that does what a test says.
private struct Probe: Job {
    static let kind = "probe"
    static let lane = JobLane.records
    static let actions = Mutex<[String: @Sendable (String) async throws -> Void]>([:])

    /// Whose it is.
    var test = ""
    var word = ""

    func run(with tools: JobTools) async throws { try await Self.run(test, word) }

    static func run(_ test: String, _ word: String) async throws {
        let action = actions.withLock { $0[test] }
        try await action?(word)
    }
}

/// The same in the lane of the media storage.
private struct MediaProbe: Job {
    static let kind = "media-probe"
    static let lane = JobLane.media
    var test = ""
    var word = ""
    func run(with tools: JobTools) async throws { try await Probe.run(test, word) }
}

/// A runner that knows only what tests enqueue, and what was run.
private struct Workshop: Sendable {
    let test: TestCommunity
    let name = MediaPrefix.random().description
    var jobs: Jobs
    var queue: JobQueue { jobs.queue }

    static func with(
        _ action: @escaping @Sendable (String) async throws -> Void,
        _ body: @escaping (Workshop) async throws -> Void
    ) async throws {
        try await TestCommunity.with { test in
            var jobs = test.community.jobs
            jobs.kinds = JobKinds([Probe.self, MediaProbe.self])
            jobs.pollInterval = .seconds(3600)
            let workshop = Workshop(test: test, jobs: jobs)
            Probe.actions.withLock { $0[workshop.name] = action }
            try await body(workshop)
            Probe.actions.withLock { $0[workshop.name] = nil }
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

/// What happened, in its order.
private final class Record: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ word: String) { list.withLock { $0.append(word) } }
    var words: [String] { list.withLock { $0 } }
}

struct JobTests {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    @Test func `a job is kept with the change that causes it, or not at all`() async throws {
        let done = Record()
        try await Workshop.with(done.add) { shop in
            _ = try? await shop.test.storage.write { [queue = shop.queue, name = shop.name] connection in
                try queue.enqueue(Probe(test: name, word: "lost"), in: connection)
                throw Problem.notFound("post")
            }
            try await shop.enqueue("later", in: 10)
            try await shop.enqueue("now")
            #expect(try await shop.jobs.runDue() == 1 && done.words == ["now"])
            shop.test.time.advance(by: 10)
            #expect(try await shop.jobs.runDue() == 1 && done.words == ["now", "later"])
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `of jobs with one key one waits, with the newest payload at the earlier time`() async throws {
        let done = Record()
        try await Workshop.with(done.add) { shop in
            for (word, delay) in [("one", 20), ("two", 5), ("three", 30)] as [(String, Int64)] {
                try await shop.enqueue(word, key: "k", in: delay)
            }
            let waiting = try await shop.all()
            #expect(waiting.count == 1 && waiting[0].runAt == shop.test.time.clock.now() + 5)
            shop.test.time.advance(by: 5)
            try await shop.jobs.runDue()
            #expect(done.words == ["three"])
        }
    }

    @Test func `a job that is enqueued again while it runs is run once more`() async throws {
        let done = Record()
        let again = Mutex<(@Sendable () async throws -> Void)?>(nil)
        try await Workshop.with({ word in
            done.add(word)
            let more = again.withLock { $0.take() }
            try await more?()
        }) { shop in
            again.withLock { $0 = { try await shop.enqueue("again", key: "k") } }
            try await shop.enqueue("first", key: "k")
            #expect(try await shop.jobs.runDue() == 2)
            #expect(done.words == ["first", "again"])
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `new work runs at once though what was wanted before fails, the same again waits`()
        async throws
    {
        let done = Record()
        try await Workshop.with({ word in
            done.add(word)
            if word == "bad" { throw Failure(description: "no") }
        }) { shop in
            try await shop.enqueue("bad", key: "k")
            try await shop.jobs.runDue()
            try await shop.enqueue("bad", key: "k")
            #expect(try await shop.jobs.runDue() == 0)
            try await shop.enqueue("good", key: "k")
            #expect(try await shop.all().map(\.attempts) == [0])
            #expect(try await shop.jobs.runDue() == 1 && done.words == ["bad", "good"])
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `work that came while a job failed runs at once`() async throws {
        let done = Record()
        let again = Mutex<(@Sendable () async throws -> Void)?>(nil)
        try await Workshop.with({ word in
            done.add(word)
            guard word == "bad" else { return }
            let more = again.withLock { $0.take() }
            try await more?()
            throw Failure(description: "no")
        }) { shop in
            again.withLock { $0 = { try await shop.enqueue("good", key: "k") } }
            try await shop.enqueue("bad", key: "k")
            #expect(try await shop.jobs.runDue() == 2 && done.words == ["bad", "good"])
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `a lease that a wrong clock took is over`() async throws {
        let done = Record()
        try await Workshop.with(done.add) { shop in
            try await shop.enqueue("x")
            // One that a clock took which is a minute ahead is not.
            for (end, count) in [(Jobs.lease + 60_000, 0), (365 * 24 * 3_600_000, 1)] as [(Int64, Int)] {
                let time = shop.test.time.clock.now() + end
                try await shop.test.storage.write {
                    try $0.run("UPDATE jobs SET lease = 5, leased_until = \(time)")
                }
                #expect(try await shop.jobs.runDue() == count)
            }
            #expect(done.words == ["x"])
        }
    }

    @Test func `a job whose process died is run by another when its lease is over`() async throws {
        let done = Record()
        try await Workshop.with(done.add) { shop in
            try await shop.enqueue("x")
            let now = shop.test.time.clock.now()
            let due = JobRecords.Due(kinds: [Probe.kind], now: now)
            let dead = try #require(
                try await shop.test.storage.write {
                    try JobRecords.claim(due, until: now + Jobs.lease, in: $0)
                })
            #expect(try await shop.jobs.runDue() == 0)
            #expect(try await shop.all().map(\.isRunning) == [true])
            shop.test.time.advance(by: Jobs.lease - 1)
            #expect(
                try await shop.test.storage.write {
                    try JobRecords.renew(dead, until: now + 2 * Jobs.lease, in: $0)
                })
            shop.test.time.advance(by: 1)
            #expect(try await shop.jobs.runDue() == 0, "renewed")
            shop.test.time.advance(by: Jobs.lease)
            #expect(try await shop.jobs.runDue() == 1 && done.words == ["x"])
            // Whoever lost it ends nothing and has nothing to renew.
            #expect(
                try await shop.test.storage.write { try JobRecords.renew(dead, until: now, in: $0) } == false)
        }
    }

    @Test func `a lease is renewed while the job runs, and a lost one ends it`() async throws {
        let done = Record()
        try await Workshop.with({ word in
            done.add(word)
            if done.words.count == 1 { try await Task.sleep(for: .seconds(3600)) }
        }) { shop in
            try await shop.enqueue("x")
            var jobs = shop.jobs
            jobs.renewal = .milliseconds(5)
            let running = Task { [jobs] in try await jobs.runDue() }
            while done.words.isEmpty { await Task.yield() }
            // Another takes it, as if this process had stood still for two minutes.
            try await shop.test.storage.write { try $0.run("UPDATE jobs SET lease = 1, leased_until = 0") }
            #expect(try await running.value == 2)
            #expect(done.words == ["x", "x"])
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `a failing job waits longer each time, is given up after a week, and runs again when told`()
        async throws
    {
        let isBroken = Mutex(true)
        let done = Record()
        try await Workshop.with({ word in
            if isBroken.withLock({ $0 }) { throw Failure(description: "no") }
            done.add(word)
        }) { shop in
            try await shop.enqueue("x")
            var pauses: [Int64] = []
            var spent: Int64 = 0
            while try await shop.all()[0].givenUpAt == nil {
                #expect(try await shop.jobs.runDue() == 1)
                let pause = try await shop.all()[0].runAt - shop.test.time.clock.now()
                pauses.append(pause / 1000)
                guard try await shop.all()[0].givenUpAt == nil else { break }
                shop.test.time.advance(by: pause)
                spent += pause
            }
            #expect(pauses.prefix(7) == [5, 30, 120, 600, 3600, 21_600, 21_600])
            #expect(spent >= 7 * 24 * 3600 * 1000 && spent < 8 * 24 * 3600 * 1000)
            let given = try await shop.all()[0]
            #expect(given.lastError == "no" && given.attempts == pauses.count)
            shop.test.time.advance(by: 30 * 24 * 3600 * 1000)
            #expect(try await shop.jobs.runDue() == 0)
            #expect(try await shop.jobs.count() == 0)
            isBroken.withLock { $0 = false }
            try await shop.jobs.retry(given.id)
            #expect(try await shop.jobs.runDue() == 1 && done.words == ["x"])
            #expect(await problem { try await shop.jobs.retry(given.id) }?.kind == .notFound)
            #expect(await problem { try await shop.jobs.drop(given.id) }?.kind == .notFound)
            try await shop.enqueue("y")
            try await shop.jobs.drop(try await shop.all()[0].id)
            #expect(try await shop.all().isEmpty)
        }
    }

    @Test func `what is kept of an error names no photo and no token`() {
        let photo = MediaPrefix.random().description
        let error = Failure(
            description: "DELETE /photos/\(photo)/640.jpg\nfor token \(Secret.random().text): AccessDenied")
        let words = JobFailure.words(of: error)
        #expect(words == "DELETE /photos/\(photo.prefix(2))/…/640.jpg for token …: AccessDenied")
    }

    @Test func `a job that is broken off is not counted, and runs at the next start`() async throws {
        let done = Record()
        try await Workshop.with({ word in
            done.add(word)
            if done.words.count == 1 { try await Task.sleep(for: .seconds(3600)) }
        }) { shop in
            try await shop.enqueue("x")
            let running = Task { await shop.jobs.run() }
            while done.words.isEmpty { await Task.yield() }
            running.cancel()
            await running.value
            let waiting = try await shop.all()
            #expect(
                waiting.map(\.attempts) == [0] && waiting.map(\.isRunning) == [false]
                    && waiting[0].lastError == "")
            #expect(try await shop.jobs.runDue() == 1)
        }
    }

    @Test func `of several copies each job is run by one`() async throws {
        let done = Record()
        try await Workshop.with(done.add) { shop in
            for number in 0..<30 { try await shop.enqueue("\(number)") }
            var other = shop.test.community(over: shop.test.storage).jobs
            other.kinds = shop.jobs.kinds
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for jobs in [shop.jobs, other, shop.jobs, other] { group.addTask { try await jobs.runDue() } }
                return try await group.reduce(0, +)
            }
            #expect(counts == 30 && Set(done.words).count == 30 && done.words.count == 30)
        }
    }

    @Test func `a runner wakes at once, and slow media hold up nothing else`() async throws {
        let (stream, done) = AsyncStream.makeStream(of: String.self)
        try await Workshop.with({ word in
            done.yield(word)
            if word == "slow" { try await Task.sleep(for: .seconds(3600)) }
        }) { shop in
            let running = Task { await shop.jobs.run() }
            var words = stream.makeAsyncIterator()
            for _ in 0..<5 {
                try await shop.test.storage.write { [queue = shop.queue, name = shop.name] connection in
                    try queue.enqueue(MediaProbe(test: name, word: "slow"), in: connection)
                }
            }
            shop.queue.wake()
            #expect(await words.next() == "slow")
            #expect(await words.next() == "slow")
            try await shop.enqueue("quick")
            #expect(await words.next() == "quick")
            running.cancel()
            await running.value
        }
    }
}
