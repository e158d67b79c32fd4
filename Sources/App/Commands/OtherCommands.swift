import ArgumentParser
import AsyncHTTPClient
import Foundation
import Imaging
import NIOCore
import NIOHTTP1

/// Asks the running server whether it is ready; for the health check of a container.
struct HealthCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the running server whether it is ready; exit status 0 when it is.")
    @OptionGroup var flags: SettingsFlags

    func run() async throws {
        let settings = try await flags.settings()
        let host = settings.host == "0.0.0.0" ? "127.0.0.1" : settings.host
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "http://\(host):\(settings.port)/readyz"), timeout: .seconds(5))
        guard response.status == .ok else { throw SettingsError("Not ready: \(response.status)") }
        print("ready")
    }
}

/// Makes the demo's photographs, in a process of its own.
struct MakeVariants: ParsableCommand {
    static let name = "make-variants"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Make parts of photographs; the server starts this itself for its demo.",
        shouldDisplay: false)
    @Argument var list: String

    func run() throws { try PhotoVariant.makeAll(listedIn: list) }
}
