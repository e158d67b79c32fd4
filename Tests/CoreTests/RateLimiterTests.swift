import TestSupport
import Testing

@testable import Core

struct RateLimiterTests {
    private func limiter(_ limit: RateLimit, _ time: TestClock, capacity: Int = 1000) -> RateLimiter {
        var limits = RateLimits()
        limits[.likes] = limit
        return RateLimiter(limits: limits, clock: time.clock, capacity: capacity)
    }

    private func passes(_ limiter: RateLimiter, _ key: String = "ada") -> Bool {
        do {
            try limiter.take(.likes, key)
            return true
        } catch { return false }
    }

    @Test(arguments: ["1000000/1s", "100000/1m", "1/24h", "1000000/86400h", "1/86400h", "7/1s"])
    func `extreme limits are counted correctly`(_ text: String) throws {
        let time = TestClock()
        let limit = try #require(RateLimit(text))
        let limiter = limiter(limit, time)
        // A burst of millions would take too long, so the test checks the count instead.
        for _ in 0..<min(limit.count, 100) { #expect(passes(limiter)) }
        #expect(limiter.count(.likes, "ada") == min(limit.count, 100))
        if limit.count <= 100 {
            #expect(!passes(limiter))
            time.advance(by: Int64(limit.seconds) * 1000 / Int64(limit.count) + 1)
            #expect(passes(limiter) && !passes(limiter))
        }
    }

    @Test func `an event that is given back does not count`() {
        let limiter = limiter(RateLimit(count: 1, seconds: 60), TestClock())
        #expect(passes(limiter) && !passes(limiter))
        limiter.refund(.likes, "ada")
        #expect(passes(limiter) && !passes(limiter))
        limiter.refund(.likes, "another")
        #expect(!passes(limiter))
    }

    @Test func `keys are removed when they expire`() {
        let time = TestClock()
        let limiter = limiter(RateLimit(count: 2, seconds: 60), time)
        for number in 0..<500 { #expect(passes(limiter, "\(number)")) }
        #expect(limiter.size == 500)
        time.advance(by: 61_000)
        #expect(passes(limiter))
        #expect(limiter.size == 1)
    }

    @Test func `many keys neither fill the memory nor lock out others`() {
        let limiter = limiter(RateLimit(count: 2, seconds: 60), TestClock())
        let long = String(repeating: "x", count: 100_000)
        #expect(passes(limiter, long) && passes(limiter, long) && !passes(limiter, long))
        for number in 0..<10_000 { #expect(passes(limiter, "\(number)")) }
        #expect(limiter.size <= 1000)
        #expect(passes(limiter, "another"))
    }

    @Test(arguments: [("10/5m", 10, 300), ("1/h", 1, 3600), ("300/300s", 300, 300)])
    func `limits are parsed from a count and a time`(_ text: String, _ count: Int, _ seconds: Int) {
        #expect(RateLimit(text) == RateLimit(count: count, seconds: seconds))
        #expect(
            RateLimit(RateLimit(count: count, seconds: seconds).description)
                == RateLimit(count: count, seconds: seconds))
    }

    @Test(arguments: ["", "10", "0/5m", "10/", "10/5d", "x/5m", "10/0m", "1/2/3", "1000001/1s", "/5m"])
    func `an invalid limit is not parsed`(_ text: String) { #expect(RateLimit(text) == nil) }
}
