import Core
import Foundation
import HTTPTypes
import NIOCore
import Storage
import TestSupport
import Testing

/// What the server tells monitoring, and its log, about a full disk and a wrong clock.
struct HealthTests {
    /// Requests the readiness, after the last result has expired.
    private func readiness(_ site: TestSite) async throws -> SiteResponse {
        site.test.time.advance(by: 6000)
        return try await APIClient(site: site, token: nil).send(.get, "/readyz")
    }

    @Test(.timeLimit(.minutes(10)))
    func `with little free space the server is not ready, but Ada can read`() async throws {
        let log = RecordedLog()
        try await TestSite.with(minFreeSpace: .max, logger: log.logger) { site in
            let ada = try await site.apiClient("ada")
            let red = try await readiness(site)
            #expect(red.status == .serviceUnavailable && red.text.contains("of free space"), "\(red.text)")
            #expect(red.headers[.retryAfter] != nil)
            #expect(red.headers[.contentType] == "text/plain; charset=utf-8" && !red.text.contains("<"))
            let message = "Not ready. The data directory has less than"
            #expect(log.count(of: message) == 1)
            for _ in 0..<9 { _ = try await readiness(site) }
            #expect(log.count(of: message) == 1, "after less than a minute")
            for _ in 0..<2 { _ = try await readiness(site) }
            #expect(log.count(of: message) == 2)
            for path in ["/api/me", "/api/explore", "/", "/livez"] {
                let status = try await ada.send(.get, path).status
                #expect(status == .ok, "\(path)")
            }
        }
        for minimum in [0, 1] as [Int64] {
            try await TestSite.with(minFreeSpace: minimum) { site in
                let text = try await readiness(site).text
                #expect(text == "ready\n")
            }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `the server is ready in spite of a clock that is behind, and says so`() async throws {
        try await TestSite.with { site in
            let first = try await readiness(site)
            #expect(first.text == "ready\n")
            for (back, note) in [
                (4_000, nil), (60_000, "1 minute"), (3 * 3_600_000, "3 hours"), (86_400_000, "1 day"),
            ] as [(Int64, String?)] {
                // The newest id is of this moment.
                _ = site.test.community.ids.next(Account.self)
                site.test.time.advance(by: -6000 - back)
                let response = try await readiness(site)
                let expected = note.map { "ready\nThe clock is \($0) behind the newest data.\n" } ?? "ready\n"
                #expect(response.status == .ok && response.text == expected)
                site.test.time.advance(by: 2 * 86_400_000)
            }
        }
    }
}
