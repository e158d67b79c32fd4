import Hummingbird

/// Redacts secret paths in the log that did not match their route. The path of a photo is still a secret if
/// it was requested with a wrong method or in another encoding, so that no route or a catch-all route
/// matched.
struct SecretPaths: Sendable {
    /// The fixed segments at the beginning of each secret path.
    private let prefixes: [[String]]

    init(of routes: [Route]) {
        prefixes = routes.filter(\.hasSecretPath).map { route in
            route.path.map(\.description).prefix { !$0.contains("{") }.map { $0 }
        }
    }

    /// Returns the path, without the part that is secret.
    func redacted(_ path: String) -> String {
        let segments = Self.segments(of: path)
        let prefix = prefixes.first { prefix in
            // The prefix may be anywhere, because a proxy may serve the site below another path.
            segments.indices.contains { segments[$0...].starts(with: prefix) }
        }
        guard let prefix else { return path }
        return "/" + (prefix + ["…"]).joined(separator: "/")
    }

    /// Redacts the path of a route that is not secret. It can only contain a secret path in another encoding.
    func redactedIfEncoded(_ path: String) -> String {
        path.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ";") }
            ? redacted(path) : path
    }

    /// The segments as other servers may read them: decoded, without parameters, split at backslashes too,
    /// and with “.” and “..” resolved.
    private static func segments(of path: String) -> [String] {
        var segments: [String] = []
        let decoded = String(decoding: PercentDecoded(path).bytes, as: UTF8.self).lowercased()
        for segment in decoded.split(whereSeparator: { $0 == "/" || $0 == "\\" }) {
            let name = segment.prefix { $0 != ";" }.filter { !$0.isWhitespace && $0 != "\0" }
            switch name {
            case "", ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(name)
            }
        }
        return segments
    }
}
