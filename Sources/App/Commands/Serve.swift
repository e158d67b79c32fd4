import ArgumentParser
import Core
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import UnixSignals
import Web

/// The settings as flags; every command that opens the data folder takes them.
struct SettingsFlags: ParsableArguments {
    @Option(help: help(Settings.host)) var host: String?
    @Option(help: help(Settings.port)) var port: String?
    @Option(help: help(Settings.baseURL)) var baseURL: String?
    @Option(help: help(Settings.data)) var data: String?
    @Option(help: help(Settings.databaseURL)) var databaseURL: String?
    @Option(help: help(Settings.databaseConnections)) var databaseConnections: String?
    @Option(help: help(Settings.databasePrepares)) var databasePrepared: String?
    @Option(help: help(Settings.databaseEventsURL)) var databaseEventsURL: String?
    @Option(help: help(Settings.mediaURL)) var mediaURL: String?
    @Option(help: help(Settings.logLevel)) var logLevel: String?
    @Option(help: help(Settings.registration)) var registration: String?
    @Option(help: help(Settings.trustedProxies)) var trustedProxies: String?
    @Option(help: help(Settings.rateLimits)) var rateLimits: String?
    @Option(help: "A file of settings, NAME=value a line; they win over the environment.") var envFile:
        String?

    func settings() async throws -> Settings {
        let flags = [
            Settings.host.name: host, Settings.port.name: port, Settings.baseURL.name: baseURL,
            Settings.data.name: data, Settings.databaseURL.name: databaseURL,
            Settings.databaseConnections.name: databaseConnections,
            Settings.databasePrepares.name: databasePrepared,
            Settings.databaseEventsURL.name: databaseEventsURL, Settings.mediaURL.name: mediaURL,
            Settings.logLevel.name: logLevel,
            Settings.registration.name: registration, Settings.trustedProxies.name: trustedProxies,
            Settings.rateLimits.name: rateLimits,
        ]
        return try await Settings(flags: flags.compactMapValues { $0 }, file: envFile)
    }

    private static func help(_ key: Settings.Key) -> ArgumentHelp {
        let fallback = key.fallback.isEmpty ? "" : " (default: \(key.fallback))"
        return "\(key.meaning.prefix(1).uppercased() + key.meaning.dropFirst())\(fallback). \(key.variable)"
    }
}

/// Runs the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion:
            "Settings come from the environment, from --env-file, and from flags; the later of these wins.")

    @OptionGroup var flags: SettingsFlags
    @Flag(help: "Make a demo community where nobody lives yet, and let visitors try it. ISNTGRAM_DEMO=on")
    var demo = false

    func run() async throws {
        let settings = try await flags.settings()
        LoggingSystem.bootstrap { _ in
            var log = LineLog()
            log.logLevel = settings.logLevel
            return log
        }
        let logger = Logger(label: "isntgram")
        let services = try await Services(settings, logger: logger)
        // Beside the start, which does not wait for it.
        async let confinementIsLogged: Void = services.logConfinement()
        let isDemo = settings.isDemo || demo
        if isDemo {
            logger.notice("Making the demo community, for some seconds")
            if try await !DemoCommunity.plant(in: services) {
                logger.notice("Somebody lives here already: nothing was added")
            }
        }
        var application = SiteApplication(
            community: services.community, site: settings.site, uploads: services.uploads, logger: logger)
        application.proxies = settings.trustedProxies
        // Some files are open besides: the database, photos, render processes, the media's own connections.
        let connections = ProcessSetup.raiseOpenFileLimit() - 512
        application.connections.fit(within: connections)
        application.isDemo = isDemo
        let site = application.listening(on: settings.host, port: settings.port) { channel in
            let port = channel.localAddress?.port ?? settings.port
            logger.notice("Open http://\(settings.host):\(port)", metadata: ["data": "\(settings.data)"])
        }
        let control = try ControlSocket.application(
            in: settings.data, community: services.community, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: site), .init(service: control),
                .init(service: JobService(jobs: services.community.jobs)),
                .init(service: MemoryService()),
                .init(service: MaintenanceService(community: services.community, logger: logger)),
            ] + services.services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        // Requests in hand have this long to finish; then they are cut off.
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            try? await services.close()
            throw error
        }
        await confinementIsLogged
        try await services.close()
        logger.notice("Stopped")
        LogWriter.standardError.flush()
    }
}
