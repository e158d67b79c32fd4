import Configuration
import Core
import Foundation
import Logging
import MediaStorage
import SystemPackage
import Web

/// The settings of the program. Each comes from the environment, from a settings file or from a flag. A file
/// overrides the environment, and a flag overrides both.
struct Settings: Sendable {
    /// One setting: its name, its default value and what it does.
    struct Key: Sendable {
        let name: String
        let defaultValue: String
        let summary: String

        var variable: String { "ISNTGRAM_" + name.replacingOccurrences(of: "-", with: "_").uppercased() }
    }

    static let host = Key(name: "host", defaultValue: "127.0.0.1", summary: "the address to listen on")
    static let port = Key(name: "port", defaultValue: "8080", summary: "the port to listen on")
    static let baseURL = Key(
        name: "base-url", defaultValue: "",
        summary: "the public URL of the site; empty: http://HOST:PORT")
    static let transportSecurity = Key(
        name: "hsts", defaultValue: "on",
        summary: """
            whether browsers remember that an https:// site needs HTTPS: on, off, or subdomains to include \
            all hosts below its host
            """)
    static let minFreeSpace = Key(
        name: "min-free-space", defaultValue: "200MB",
        summary: "the free space in the data directory below which /readyz fails; 0 for none")
    static let forceClock = Key(
        name: "force-clock", defaultValue: "off",
        summary: "on: start even if the clock is more than a day behind the newest data")
    static let data = Key(
        name: "data", defaultValue: "data", summary: "the directory for the database and the photos")
    static let secret = Key(
        name: "secret", defaultValue: "",
        summary: """
            the key that encrypts secrets in the database, the same for all instances: 32 or more \
            characters; empty: secret.key in the data directory
            """)
    static let logLevel = Key(
        name: "log-level", defaultValue: "info",
        summary: "trace, debug, info, notice, warning, error or critical"
    )
    static let registration = Key(
        name: "registration", defaultValue: "open", summary: "who may register: open, invite or closed")
    static let demo = Key(
        name: "demo", defaultValue: "off",
        summary: "on: create a demo community if there are no accounts yet, and let visitors try it")
    static let trustedProxies = Key(
        name: "trusted-proxies", defaultValue: "",
        summary: """
            addresses of proxies whose X-Forwarded-For or Forwarded is trusted, such as 127.0.0.1, 10.0.0.0/8
            """)
    static let databaseURL = Key(
        name: "database-url", defaultValue: "",
        summary:
            "postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full; empty: SQLite in the data directory")
    static let databaseConnections = Key(
        name: "database-connections", defaultValue: "8",
        summary: "the maximum number of PostgreSQL connections of this instance")
    static let databasePrepared = Key(
        name: "database-prepared", defaultValue: "on",
        summary: """
            whether to use prepared statements; off behind a pooler in transaction mode, such as PgBouncer, \
            Neon or Supabase
            """
    )
    static let databaseEventsURL = Key(
        name: "database-events-url", defaultValue: "",
        summary: """
            a direct PostgreSQL URL, if the database URL is such a pooler; instances notify each other over it
            """)
    static let mediaURL = Key(
        name: "media-url", defaultValue: "",
        summary: "s3://BUCKET?endpoint=https://HOST&region=REGION; empty: the data directory")
    static let rateLimits = Key(
        name: "rate-limits", defaultValue: "on", summary: "on, or off for benchmarks")
    /// The setting of one rate limit.
    static func limit(_ kind: RateLimits.Kind) -> Key {
        Key(
            name: "limit-\(kind.rawValue)", defaultValue: kind.standard.description,
            summary: "\(kind.summary), such as 10/5m")
    }
    static let keys =
        [
            host, port, baseURL, transportSecurity, data, minFreeSpace, databaseURL, databaseConnections,
            databasePrepared, databaseEventsURL,
            mediaURL, secret, logLevel,
            registration, demo, trustedProxies, rateLimits, forceClock,
        ]
        + RateLimits.Kind.allCases.map(limit)

    let address: ListenAddress
    let data: String
    /// In bytes.
    let minFreeSpace: Int64
    let database: DatabaseSettings
    /// The key that encrypts secrets; nil if it is in the data directory.
    let secretKey: SecretKey?
    /// The bucket of the photos; nil if they are in the data directory.
    let bucket: S3Location?
    let site: Site
    let logLevel: Logger.Level
    let registration: RegistrationPolicy
    let isDemo: Bool
    let forcesClock: Bool
    let trustedProxies: TrustedProxies
    let rateLimits: RateLimits

    /// - Parameters:
    ///   - flags: values by the name of their ``Key``.
    ///   - file: the path of a file with `NAME=value` lines; nil for none.
    /// - Throws: ``CommandError`` for a setting that is unknown or not valid.
    init(
        flags: [String: String], file: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        try Self.rejectUnknown(environment.keys, in: "the environment")
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
                throw CommandError(
                    "The settings file \(file) cannot be read. Check its path and permissions.")
            }
            let names = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
                let line = line.trimmingCharacters(in: .whitespaces)
                return line.isEmpty || line.hasPrefix("#")
                    ? nil : line.split(separator: "=").first.map(String.init)
            }
            try Self.rejectUnknown(names, in: file)
            providers.append(try await EnvironmentVariablesProvider(environmentFilePath: .init(file)))
        }
        providers.append(EnvironmentVariablesProvider(environmentVariables: environment))
        let reader = ConfigReader(providers: providers)
        func value(_ key: Key) -> String {
            let parts = ["isntgram"] + key.name.split(separator: "-").map(String.init)
            return reader.string(forKey: ConfigKey(parts), default: key.defaultValue)
        }
        let portText = value(Self.port)
        guard let port = Int(portText), (0...65_535).contains(port) else {
            throw CommandError(
                "The port must be a number from 0 to 65535, not “\(portText)” (\(Self.port.variable))."
            )
        }
        guard let address = ListenAddress(host: value(Self.host), port: port) else {
            throw CommandError(
                """
                The host must be a name or an address such as 127.0.0.1 or ::1, not “\(value(Self.host))” \
                (\(Self.host.variable)).
                """)
        }
        self.address = address
        data = value(Self.data)
        guard !data.isEmpty else {
            throw CommandError("The data directory must not be empty (\(Self.data.variable)).")
        }
        guard let minFreeSpace = Self.byteCount(value(Self.minFreeSpace)) else {
            throw CommandError(
                """
                The free space must look like 200MB or 2GB, not “\(value(Self.minFreeSpace))” \
                (\(Self.minFreeSpace.variable)).
                """)
        }
        self.minFreeSpace = minFreeSpace
        database = try DatabaseSettings(value)
        let secret = value(Self.secret)
        secretKey = SecretKey(secret)
        guard secret.isEmpty || secretKey != nil else {
            throw CommandError(
                """
                The secret must have at least \(SecretKey.minimumLength) characters; it has \
                \(secret.count) (\(Self.secret.variable)).
                """)
        }
        bucket = try Self.bucket(value(Self.mediaURL), environment: environment)
        guard let level = Logger.Level(rawValue: value(Self.logLevel)) else {
            throw CommandError(
                """
                The log level must be \(Self.logLevel.summary), not “\(value(Self.logLevel))” \
                (\(Self.logLevel.variable)).
                """)
        }
        logLevel = level
        guard let transportSecurity = TransportSecurity(rawValue: value(Self.transportSecurity)) else {
            throw CommandError(
                """
                HSTS must be on, subdomains or off, not “\(value(Self.transportSecurity))” \
                (\(Self.transportSecurity.variable)).
                """)
        }
        let base = value(Self.baseURL)
        guard
            let site = Site(
                baseURL: base.isEmpty ? address.url : base, mediaHosts: bucket.mediaHosts,
                transportSecurity: transportSecurity)
        else {
            throw CommandError(
                """
                The base URL must look like https://photos.example.org, not “\(base)” \
                (\(Self.baseURL.variable)).
                """
            )
        }
        self.site = site
        guard let registration = RegistrationPolicy(rawValue: value(Self.registration)) else {
            throw CommandError(
                """
                Registration must be open, invite or closed, not “\(value(Self.registration))” \
                (\(Self.registration.variable)).
                """)
        }
        self.registration = registration
        isDemo = try Self.isOn(value(Self.demo), "The demo", Self.demo)
        forcesClock = try Self.isOn(value(Self.forceClock), "Starting with any clock", Self.forceClock)
        guard let proxies = TrustedProxies(value(Self.trustedProxies)) else {
            throw CommandError(
                """
                The trusted proxies must be addresses or ranges such as 10.0.0.0/8, not \
                “\(value(Self.trustedProxies))” (\(Self.trustedProxies.variable)).
                """)
        }
        trustedProxies = proxies
        rateLimits = try Self.rateLimits(value)
    }

    private static func isOn(_ value: String, _ subject: String, _ key: Key) throws -> Bool {
        guard ["on", "off"].contains(value) else {
            throw CommandError("\(subject) must be on or off, not “\(value)” (\(key.variable)).")
        }
        return value == "on"
    }

    /// Reads a size such as “200MB”, in decimal units. Returns nil for any other text.
    private static func byteCount(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: Int64] = [
            "": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
        ]
        guard let number = Int64(digits), let unit = units[text.dropFirst(digits.count).lowercased()] else {
            return nil
        }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        return isTooLarge ? nil : bytes
    }

    private static func bucket(_ url: String, environment: [String: String]) throws -> S3Location? {
        guard !url.isEmpty else { return nil }
        do { return try S3Location(url, environment: environment) } catch {
            throw CommandError("\(error) (\(mediaURL.variable)).")
        }
    }

    private static func rateLimits(_ value: (Key) -> String) throws -> RateLimits {
        switch value(rateLimits) {
        case "off": return .off
        case "on": break
        default:
            throw CommandError(
                "Rate limits must be on or off, not “\(value(rateLimits))” (\(rateLimits.variable)).")
        }
        var limits = RateLimits()
        for kind in RateLimits.Kind.allCases {
            let key = limit(kind)
            guard let limit = RateLimit(value(key)) else {
                throw CommandError(
                    "A rate limit must look like 10/5m, not “\(value(key))” (\(key.variable)).")
            }
            limits[kind] = limit
        }
        return limits
    }

    private static func rejectUnknown(_ names: some Sequence<String>, in source: String) throws {
        let known = keys.map(\.variable)
        for name in names where name.hasPrefix("ISNTGRAM_") && !known.contains(name) {
            throw CommandError(
                "\(name) in \(source) is not a setting. The settings are \(known.joined(separator: ", "))."
            )
        }
    }
}

extension S3Location? {
    fileprivate var mediaHosts: MediaHosts {
        guard let self else { return .none }
        return MediaHosts(publicURL: self.publicURL, photos: self.photoOrigin, uploads: self.origin)
    }
}

/// The reason why a command cannot run, for the administrator.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
