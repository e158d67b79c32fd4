import ArgumentParser
import Core
import Foundation
import Logging
import Seeding

/// Fills an empty data directory with generated accounts and posts for `scripts/bench`.
struct SeedCommunity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Fill an empty data directory for benchmarks.", shouldDisplay: false)
    @Option var accounts = 1000
    @Option var posts = 100_000
    @Option var follows = 100
    @Flag(help: "Instead of seeding, print the median time of reading the feed, in microseconds.")
    var measureFeed = false
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let services = try await Services(
            try await flags.settings(), logger: Logger(label: "isntgram") { _ in LineLogHandler() })
        if measureFeed {
            print(try await medianFeedMicroseconds(in: services.community))
        } else {
            try await Seed(accounts: accounts, posts: posts, follows: follows).insert(
                into: services.community)
        }
        try await services.close()
    }

    /// Returns the median time of reading the feed without HTTP and rendering. The benchmarks compare the
    /// feed page and the feed in JSON with it.
    private func medianFeedMicroseconds(in community: Community) async throws -> Double {
        let account = try await community.accounts.find(username: "person1")
        let token = try await community.credentials.issue(.token, to: account, scopes: .read, name: "bench")
        guard let viewer = try await community.credentials.viewer(token.secret, kind: .token) else {
            throw CommandError("The token of person1 was revoked while the feed was measured.")
        }
        let clock = ContinuousClock()
        var durations: [Duration] = []
        for _ in 0..<5000 {
            durations.append(
                try await clock.measure { _ = try await community.feed.all(for: viewer, page: .first) })
        }
        return durations.sorted()[durations.count / 2] / .microseconds(1)
    }
}
