import Core
import Foundation
import Logging
import Web

/// A log handler that writes one line per event: plain text on a terminal, JSON elsewhere.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let isTerminal: Bool

    init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) { self.isTerminal = isTerminal }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let text = "\(event.message)"
        guard text != Self.shutdownNoise else { return }
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.map { key, value in
            // A request id has as many digits as a photo’s URL, but is no secret: error pages show it.
            (key, key == "hb.request.id" ? "\(value)" : LogRedaction.redacted("\(value)"))
        }
        let message = LogRedaction.redacted(text)
        let now = Date().timeIntervalSince1970
        let line =
            isTerminal
            ? Self.text(Self.localTime(now), event.level, message, fields)
            : Self.json(Timestamp(Int64(now * 1000)).rfc3339, event.level, message, fields)
        LogWriter.standardError.write(line)
    }

    /// Hummingbird logs this as an error in every shutdown, when it cancels connections.
    private static let shutdownNoise = "Waiting on child channel: CancellationError()"

    /// A line for people: `12:03:11 GET /explore 200 3 ms`. The level and the request id appear only
    /// for warnings and errors.
    static func text(
        _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        let prefix = level >= .warning ? "\(level): " : ""
        var rest = fields.sorted { $0.0 < $1.0 }
        if level < .warning { rest.removeAll { $0.0 == "hb.request.id" } }
        let pairs = rest.map { key, value in
            guard key == "us", let microseconds = Int(value) else { return " \(key)=\(value)" }
            return " \((microseconds + 500) / 1000) ms"
        }
        return "\(time) \(prefix)\(message)\(pairs.joined())".replacingOccurrences(of: "\n", with: "\\n")
    }

    /// The time of day in the time zone of the machine, such as `12:03:11`.
    private static func localTime(_ secondsSince1970: Double) -> String {
        var time = time_t(secondsSince1970)
        var parts = tm()
        localtime_r(&time, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }

    static func json(
        _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        var object = Dictionary(fields) { _, last in last }
        object["time"] = time
        object["level"] = level.rawValue
        object["message"] = message
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding a dictionary of strings does not fail.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? message
    }
}
