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
    @Option(name: .customLong(Settings.transportSecurity.name), help: help(Settings.transportSecurity))
    var transportSecurity: String?
    @Option(help: help(Settings.data)) var data: String?
    @Option(help: help(Settings.minFreeSpace)) var minFreeSpace: String?
    @Option(help: help(Settings.databaseURL)) var databaseURL: String?
    @Option(help: help(Settings.databaseConnections)) var databaseConnections: String?
    @Option(help: help(Settings.databasePrepared)) var databasePrepared: String?
    @Option(help: help(Settings.databaseEventsURL)) var databaseEventsURL: String?
    @Option(help: help(Settings.mediaURL)) var mediaURL: String?
    @Option(help: help(Settings.secret)) var secret: String?
    @Option(help: help(Settings.logLevel)) var logLevel: String?
    @Option(help: help(Settings.registration)) var registration: String?
    @Option(help: help(Settings.trustedProxies)) var trustedProxies: String?
    @Option(help: help(Settings.rateLimits)) var rateLimits: String?
    @Option(help: "A settings file with NAME=value on each line. It overrides the environment.")
    var envFile: String?

    func settings() async throws -> Settings {
        let flags = [
            Settings.host.name: host, Settings.port.name: port, Settings.baseURL.name: baseURL,
            Settings.transportSecurity.name: transportSecurity, Settings.data.name: data,
            Settings.minFreeSpace.name: minFreeSpace, Settings.databaseURL.name: databaseURL,
            Settings.databaseConnections.name: databaseConnections,
            Settings.databasePrepared.name: databasePrepared,
            Settings.databaseEventsURL.name: databaseEventsURL, Settings.mediaURL.name: mediaURL,
            Settings.secret.name: secret,
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
    @Flag(help: "Start even if the clock is more than a day behind the newest data. ISNTGRAM_FORCE_CLOCK=on")
    var forceClock = false

    func run() async throws {
        let settings = try await flags.settings()
        LoggingSystem.bootstrap { _ in
            var log = LineLogHandler()
            log.logLevel = settings.logLevel
            return log
        }
        let logger = Logger(label: "isntgram")
        try await Self.checkAddress(settings.address)
        let services = try await Services(settings, logger: logger)
        do {
            try Self.check(services.clock, isForced: settings.forcesClock || forceClock, logger: logger)
        } catch {
            try? await services.close()
            throw error
        }
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
        application.space = FreeSpace(in: settings.data, minimum: settings.minFreeSpace)
        let address = settings.address
        let site = application.listening(on: address.host, port: address.port) { channel in
            let url = address.url(port: channel.localAddress?.port ?? address.port)
            logger.notice("Open \(url)", metadata: ["data": "\(settings.data)"])
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

    /// Compares the clock with the newest data.
    /// - Throws: ``CommandError`` if the clock is far behind, and the start is not forced.
    private static func check(_ clock: ClockCheck, isForced: Bool, logger: Logger) throws {
        guard let warning = clock.warning else { return }
        guard isForced || !clock.isRefused else {
            throw CommandError(
                """
                \(warning) New posts would stay in that time. If the clock is wrong, correct it. If the \
                clock was wrong when that data was made, restore a backup from before, or start with \
                --force-clock (\(Settings.forceClock.variable)=on) to continue after the newest data.
                """)
        }
        logger.warning("\(warning) New ids continue after the newest one.")
    }

    /// Binds the address and releases it, because a server that fails to start logs much before it gives up.
    /// - Throws: ``CommandError`` that says what to do if the address cannot be used.
    private static func checkAddress(_ address: ListenAddress) async throws {
        let (host, port) = (address.host, address.port)
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // A client that connects now must not be accepted: nobody would answer it.
                .serverChannelOption(.autoRead, value: false)
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
            case EADDRNOTAVAIL, EAFNOSUPPORT:
                throw CommandError("This machine has no address \(host). Choose another one with --host.")
            default: throw error
            }
        } catch is SocketAddressError.UnknownHost {
            throw CommandError("The host \(host) has no address. Choose another one with --host.")
        }
    }
}
