import Foundation
import Logging
import Web

/// Logs one line each: readable on a terminal, JSON when not.
struct LineLog: LogHandler {
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
            // A request's id has as many digits as an address, and is what people are told to look for.
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
        let rest = fields.sorted { $0.0 < $1.0 }.map { " \($0)=\($1)" }.joined()
        return "\(time) \(level) \(message)\(rest)".replacingOccurrences(of: "\n", with: "\\n")
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
        // A dictionary of strings always encodes.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? message
    }
}
