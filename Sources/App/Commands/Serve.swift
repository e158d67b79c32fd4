import ArgumentParser
import Core
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Storage
import UnixSignals
import Web

/// The settings as flags. Every command that opens the data directory accepts them.
struct SettingsFlags: ParsableArguments {
    @Option(help: help(Settings.host)) var host: String?
    @Option(help: help(Settings.port)) var port: String?
    @Option(help: help(Settings.baseURL)) var baseURL: String?
    @Option(help: help(Settings.data)) var data: String?
    @Option(help: help(Settings.databaseURL)) var databaseURL: String?
    @Option(help: help(Settings.databaseConnections)) var databaseConnections: String?
    @Option(help: help(Settings.databasePrepared)) var databasePrepared: String?
    @Option(help: help(Settings.databaseEventsURL)) var databaseEventsURL: String?
    @Option(help: help(Settings.mediaURL)) var mediaURL: String?
    @Option(help: help(Settings.logLevel)) var logLevel: String?
    @Option(help: help(Settings.registration)) var registration: String?
    @Option(help: help(Settings.trustedProxies)) var trustedProxies: String?
    @Option(help: help(Settings.rateLimits)) var rateLimits: String?
    @Option(help: "A settings file with NAME=value on each line. It overrides the environment.")
    var envFile: String?

    func settings() async throws -> Settings {
        let flags = [
            Settings.host.name: host, Settings.port.name: port, Settings.baseURL.name: baseURL,
            Settings.data.name: data, Settings.databaseURL.name: databaseURL,
            Settings.databaseConnections.name: databaseConnections,
            Settings.databasePrepared.name: databasePrepared,
            Settings.databaseEventsURL.name: databaseEventsURL, Settings.mediaURL.name: mediaURL,
            Settings.logLevel.name: logLevel,
            Settings.registration.name: registration, Settings.trustedProxies.name: trustedProxies,
            Settings.rateLimits.name: rateLimits,
        ]
        return try await Settings(flags: flags.compactMapValues { $0 }, file: envFile)
    }

    private static func help(_ key: Settings.Key) -> ArgumentHelp {
        let standard = key.defaultValue.isEmpty ? "" : " (default: \(key.defaultValue))"
        return "\(key.summary.prefix(1).uppercased() + key.summary.dropFirst())\(standard). \(key.variable)"
    }
}

/// Runs the server.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Settings come from the environment, from --env-file and from flags. Later sources override \
            earlier ones.
            """
    )

    @OptionGroup var flags: SettingsFlags
    @Flag(
        help:
            "Create a demo community if there are no accounts yet, and let visitors try it. ISNTGRAM_DEMO=on")
    var demo = false

    func run() async throws {
        let settings = try await flags.settings()
        LoggingSystem.bootstrap { _ in
            var log = LineLogHandler()
            log.logLevel = settings.logLevel
            return log
        }
        let logger = Logger(label: "isntgram")
        try await Self.checkAddress(settings)
        let services = try await Services(settings, logger: logger)
        // Runs concurrently: the start does not wait for it.
        async let confinementLog: Void = services.logConfinement()
        let isDemo = settings.isDemo || demo
        if isDemo {
            logger.notice("Creating the demo community; this takes a few seconds")
            if try await !DemoCommunity.create(in: services) {
                logger.notice("The data directory already contains a community; no demo data was added")
            }
        }
        var application = SiteApplication(
            community: services.community, site: settings.site, uploads: services.uploads, logger: logger)
        application.proxies = settings.trustedProxies
        // 512 file descriptors stay free for the database, photos, render processes and connections to S3.
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
        // Requests in progress have this long to finish. After that they are cancelled.
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            try? await services.close()
            throw error
        }
        await confinementLog
        try await services.close()
        logger.notice("Stopped")
        LogWriter.standardError.flush()
    }

    /// Binds the address and releases it, because a server that fails to start logs much before it gives up.
    /// - Throws: ``CommandError`` that says what to do if the address cannot be used.
    private static func checkAddress(_ settings: Settings) async throws {
        let (host, port) = (settings.host, settings.port)
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch let error as IOError {
            switch error.errnoCode {
            case EADDRINUSE:
                throw CommandError(
                    "Port \(port) on \(host) is in use. Stop the other program or choose a port with --port.")
            case EACCES:
                throw CommandError(
                    "Port \(port) needs root privileges. Choose a port above 1023 with --port.")
            case EADDRNOTAVAIL:
                throw CommandError("This machine has no address \(host). Choose another one with --host.")
            default: throw error
            }
        }
    }
}
