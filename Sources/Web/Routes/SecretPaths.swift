import Hummingbird

/// What paths must not tell a log that match no route, or one that takes anything: a photo's address that was asked for by
/// the wrong method, or spelled in another way, is still a photo's address.
struct SecretPaths: Sendable {
    /// The fixed segments that secret paths begin with.
    private let beginnings: [[String]]

    init(of routes: [Route]) {
        beginnings = routes.filter(\.hasSecretPath).map { route in
            route.path.map(\.description).prefix { !$0.contains("{") }.map { $0 }
        }
    }

    /// The path, or as much of it as may be written down.
    func hiding(_ path: String) -> String {
        let segments = Self.segments(of: path)
        let beginning = beginnings.first { beginning in
            // Anywhere, as something before this router may serve it under another path.
            segments.indices.contains { segments[$0...].starts(with: beginning) }
        }
        guard let beginning else { return path }
        return "/" + (beginning + ["…"]).joined(separator: "/")
    }

    /// The same for a path that is a route's: only spelled in another way it can be a secret one.
    func hidingOdd(_ path: String) -> String {
        path.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ";") }
            ? hiding(path) : path
    }

    /// The segments as others than this router may read them: encoded ones, with parameters, backslashes and dots.
    private static func segments(of path: String) -> [String] {
        var segments: [String] = []
        let plain = String(decoding: PercentDecoded(path).bytes, as: UTF8.self).lowercased()
        for segment in plain.split(whereSeparator: { $0 == "/" || $0 == "\\" }) {
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
