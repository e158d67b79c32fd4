import Configuration
import Core
import Foundation
import Logging
import MediaStorage
import SystemPackage
import Web

/// How the program runs. Each setting comes from the environment, from a file of settings, or from a flag; the later
/// of these wins.
struct Settings: Sendable {
    /// One setting: its name in the environment, its default, and what it does.
    struct Key: Sendable {
        let name: String
        let fallback: String
        let meaning: String

        var variable: String { "ISNTGRAM_" + name.replacingOccurrences(of: "-", with: "_").uppercased() }
    }

    static let host = Key(name: "host", fallback: "127.0.0.1", meaning: "the address to listen on")
    static let port = Key(name: "port", fallback: "8080", meaning: "the port to listen on")
    static let baseURL = Key(
        name: "base-url", fallback: "",
        meaning: "what the site's addresses begin with; empty: http://HOST:PORT")
    static let data = Key(
        name: "data", fallback: "data", meaning: "the folder of the database and the photos")
    static let logLevel = Key(
        name: "log-level", fallback: "info", meaning: "trace, debug, info, notice, warning, error or critical"
    )
    static let registration = Key(
        name: "registration", fallback: "open", meaning: "who may join by themselves: open, invite or closed")
    static let demo = Key(
        name: "demo", fallback: "off",
        meaning: "on: make a demo community where nobody lives yet, and let visitors try it")
    static let trustedProxies = Key(
        name: "trusted-proxies", fallback: "",
        meaning: "addresses of proxies whose X-Forwarded-For is believed, such as 127.0.0.1, 10.0.0.0/8")
    static let databaseURL = Key(
        name: "database-url", fallback: "",
        meaning:
            "postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full; empty: SQLite in the data folder")
    static let databaseConnections = Key(
        name: "database-connections", fallback: "8",
        meaning: "how many connections to PostgreSQL this copy opens at most")
    static let databasePrepares = Key(
        name: "database-prepared", fallback: "on",
        meaning:
            "whether statements are prepared: off behind a pooler that hands connections on, as PgBouncer, Neon and Supabase have"
    )
    static let databaseEventsURL = Key(
        name: "database-events-url", fallback: "",
        meaning:
            "PostgreSQL itself, where the database URL is such a pooler: news between copies come over it")
    static let mediaURL = Key(
        name: "media-url", fallback: "",
        meaning: "s3://BUCKET?endpoint=https://HOST&region=REGION; empty: the data folder")
    static let rateLimits = Key(name: "rate-limits", fallback: "on", meaning: "on, or off for measuring")
    /// Each limit by itself.
    static func limit(_ kind: RateLimits.Kind) -> Key {
        Key(
            name: "limit-\(kind.rawValue)", fallback: kind.standard.description,
            meaning: "\(kind.meaning), as 10/5m")
    }
    static let keys =
        [
            host, port, baseURL, data, databaseURL, databaseConnections, databasePrepares, databaseEventsURL,
            mediaURL, logLevel,
            registration, demo, trustedProxies, rateLimits,
        ]
        + RateLimits.Kind.allCases.map(limit)

    let host: String
    let port: Int
    let data: String
    let database: DatabaseSettings
    /// The bucket of the photos; nil for the data folder.
    let bucket: S3Location?
    let site: Site
    let logLevel: Logger.Level
    let registration: RegistrationPolicy
    let isDemo: Bool
    let trustedProxies: TrustedProxies
    let rateLimits: RateLimits

    /// - Parameters:
    ///   - flags: values by the names of their keys.
    ///   - file: a file of `NAME=value` lines; nil for none.
    /// - Throws: ``SettingsError`` for a setting that is unknown or has no meaning.
    init(
        flags: [String: String], file: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        try Self.refuseUnknown(environment.keys, in: "the environment")
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map {
                        (
                            AbsoluteConfigKey(
                                ["isntgram", $0.key.replacingOccurrences(of: "-", with: ".")].flatMap {
                                    $0.split(separator: ".").map(String.init)
                                }), ConfigValue(.string($0.value), isSecret: false)
                        )
                    }))
        ]
        if let file {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw SettingsError("The file of settings \(file) cannot be read.")
            }
            let names = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
                let line = line.trimmingCharacters(in: .whitespaces)
                return line.isEmpty || line.hasPrefix("#")
                    ? nil : line.split(separator: "=").first.map(String.init)
            }
            try Self.refuseUnknown(names, in: file)
            providers.append(try await EnvironmentVariablesProvider(environmentFilePath: .init(file)))
        }
        providers.append(EnvironmentVariablesProvider(environmentVariables: environment))
        let reader = ConfigReader(providers: providers)
        func value(_ key: Key) -> String {
            let parts = ["isntgram"] + key.name.split(separator: "-").map(String.init)
            return reader.string(forKey: ConfigKey(parts), default: key.fallback)
        }
        host = value(Self.host)
        guard let port = Int(value(Self.port)), (0...65_535).contains(port) else {
            throw SettingsError(
                "The port “\(value(Self.port))” is not a number from 0 to 65535 (\(Self.port.variable)).")
        }
        self.port = port
        data = value(Self.data)
        guard !data.isEmpty else {
            throw SettingsError("The data folder has no name (\(Self.data.variable)).")
        }
        database = try DatabaseSettings(value)
        bucket = try Self.bucket(value(Self.mediaURL), environment: environment)
        guard let level = Logger.Level(rawValue: value(Self.logLevel)) else {
            throw SettingsError(
                "The log level “\(value(Self.logLevel))” is none of \(Self.logLevel.meaning) (\(Self.logLevel.variable))."
            )
        }
        logLevel = level
        let base = value(Self.baseURL)
        guard
            let site = Site(
                baseURL: base.isEmpty ? "http://\(host):\(port)" : base, mediaHosts: bucket.mediaHosts)
        else {
            throw SettingsError(
                "The base URL “\(base)” is not like https://photos.example.org (\(Self.baseURL.variable)).")
        }
        self.site = site
        guard let registration = RegistrationPolicy(rawValue: value(Self.registration)) else {
            throw SettingsError(
                "Registration is open, invite or closed, not “\(value(Self.registration))” (\(Self.registration.variable))."
            )
        }
        self.registration = registration
        guard ["on", "off"].contains(value(Self.demo)) else {
            throw SettingsError("The demo is on or off, not “\(value(Self.demo))” (\(Self.demo.variable)).")
        }
        isDemo = value(Self.demo) == "on"
        guard let proxies = TrustedProxies(value(Self.trustedProxies)) else {
            throw SettingsError(
                "“\(value(Self.trustedProxies))” is no list of addresses like 10.0.0.0/8 (\(Self.trustedProxies.variable))."
            )
        }
        trustedProxies = proxies
        rateLimits = try Self.rateLimits(value)
    }

    private static func bucket(_ url: String, environment: [String: String]) throws -> S3Location? {
        guard !url.isEmpty else { return nil }
        do { return try S3Location(url, environment: environment) } catch {
            throw SettingsError("\(error) (\(mediaURL.variable)).")
        }
    }

    private static func rateLimits(_ value: (Key) -> String) throws -> RateLimits {
        switch value(rateLimits) {
        case "off": return .off
        case "on": break
        default:
            throw SettingsError(
                "Rate limits are on or off, not “\(value(rateLimits))” (\(rateLimits.variable)).")
        }
        var limits = RateLimits()
        for kind in RateLimits.Kind.allCases {
            let key = limit(kind)
            guard let limit = RateLimit(value(key)) else {
                throw SettingsError("“\(value(key))” is no limit like 10/5m (\(key.variable)).")
            }
            limits[kind] = limit
        }
        return limits
    }

    private static func refuseUnknown(_ names: some Sequence<String>, in place: String) throws {
        let known = Set(keys.map(\.variable))
        for name in names where name.hasPrefix("ISNTGRAM_") && !known.contains(name) {
            throw SettingsError(
                "\(name) in \(place) is no setting. There are: \(keys.map(\.variable).joined(separator: ", "))."
            )
        }
    }
}

extension S3Location? {
    fileprivate var mediaHosts: MediaHosts {
        guard let self else { return .none }
        return MediaHosts(publicURL: self.publicURL, photos: self.foreignOrigin, uploads: self.origin)
    }
}

/// Why the program cannot start with these settings.
struct SettingsError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
