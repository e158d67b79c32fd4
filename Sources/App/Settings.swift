import Configuration
import Foundation
import Logging
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
        name: "base-url", fallback: "", meaning: "what the site's addresses begin with; empty: http://HOST:PORT")
    static let data = Key(name: "data", fallback: "data", meaning: "the folder of the database and the photos")
    static let logLevel = Key(
        name: "log-level", fallback: "info", meaning: "trace, debug, info, notice, warning, error or critical")
    static let keys = [host, port, baseURL, data, logLevel]

    let host: String
    let port: Int
    let data: String
    let site: Site
    let logLevel: Logger.Level

    /// - Parameters:
    ///   - flags: values by the names of their keys.
    ///   - file: a file of `NAME=value` lines; nil for none.
    /// - Throws: ``SettingsError`` for a setting that is unknown or has no meaning.
    init(
        flags: [String: String], file: String?, environment: [String: String] = ProcessInfo.processInfo.environment
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
                return line.isEmpty || line.hasPrefix("#") ? nil : line.split(separator: "=").first.map(String.init)
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
            throw SettingsError("The port “\(value(Self.port))” is not a number from 0 to 65535 (\(Self.port.variable)).")
        }
        self.port = port
        data = value(Self.data)
        guard !data.isEmpty else { throw SettingsError("The data folder has no name (\(Self.data.variable)).") }
        guard let level = Logger.Level(rawValue: value(Self.logLevel)) else {
            throw SettingsError(
                "The log level “\(value(Self.logLevel))” is none of \(Self.logLevel.meaning) (\(Self.logLevel.variable)).")
        }
        logLevel = level
        let base = value(Self.baseURL)
        guard let site = Site(baseURL: base.isEmpty ? "http://\(host):\(port)" : base) else {
            throw SettingsError(
                "The base URL “\(base)” is not like https://photos.example.org (\(Self.baseURL.variable)).")
        }
        self.site = site
    }

    private static func refuseUnknown(_ names: some Sequence<String>, in place: String) throws {
        let known = Set(keys.map(\.variable))
        for name in names where name.hasPrefix("ISNTGRAM_") && !known.contains(name) {
            throw SettingsError(
                "\(name) in \(place) is no setting. There are: \(keys.map(\.variable).joined(separator: ", ")).")
        }
    }
}

/// Why the program cannot start with these settings.
struct SettingsError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
