import ArgumentParser
import Core
import Foundation
import Logging

/// Fills an empty data directory with generated accounts and posts for `scripts/bench`.
struct SeedCommunity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Fill an empty data directory for benchmarks.", shouldDisplay: false)
    @Option var accounts = 1000
    @Option var posts = 100_000
    @Option var follows = 100
    @Flag(help: "Instead of seeding, print the median time of the feed's SQL query, in microseconds.")
    var measureFeed = false
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let services = try await Services(
            try await flags.settings(), logger: Logger(label: "isntgram") { _ in LineLogHandler() })
        if measureFeed {
            print(try await services.community.feed.storageMicroseconds(of: "person1", times: 5000))
        } else {
            try await Seed(accounts: accounts, posts: posts, follows: follows).plant(in: services.community)
        }
        try await services.close()
    }
}
