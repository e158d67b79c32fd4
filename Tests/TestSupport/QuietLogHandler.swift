import Foundation
import Logging

/// A log handler for tests. Its level is `info`, so that messages are made as in a real server, but it prints
/// only warnings and errors.
package struct QuietLogHandler: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]

    package static func logger(_ label: String) -> Logger { Logger(label: label) { _ in QuietLogHandler() } }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        guard event.level >= .warning else { return }
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        FileHandle.standardError.write(Data("\(event.level): \(event.message) \(fields)\n".utf8))
    }
}
