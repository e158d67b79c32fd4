import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the running server whether it is ready. Containers use it as their health check.
struct HealthCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Check that the running server is ready. The exit status is 0 if it is.")
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let settings = try await flags.settings()
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: settings.address.ownURL + "/readyz"), timeout: .seconds(5))
        guard response.status == .ok else {
            throw CommandError("The server is not ready: \(response.status). See its log.")
        }
        print(String(buffer: try await response.body.collect(upTo: 64 * 1024)), terminator: "")
    }
}
