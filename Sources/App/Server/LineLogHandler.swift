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
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.map { key, value in
            // A request id has as many digits as a photo’s URL, but is no secret: error pages show it.
            (key, key == "hb.request.id" ? "\(value)" : LogRedaction.redacted("\(value)"))
        }
        let time = Timestamp(Int64(Date().timeIntervalSince1970 * 1000)).rfc3339
        let message = LogRedaction.redacted("\(event.message)")
        let line =
            isTerminal
            ? Self.readable(time, event.level, message, fields)
            : Self.json(time, event.level, message, fields)
        LogWriter.standardError.write(line)
    }

    static func readable(
        _ time: String, _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        let pairs = fields.sorted { $0.0 < $1.0 }.map { " \($0)=\($1)" }.joined()
        return "\(time) \(level) \(message)\(pairs)".replacingOccurrences(of: "\n", with: "\\n")
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
