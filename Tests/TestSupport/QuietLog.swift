import Foundation
import Logging

/// A log for tests: the server works for it as it does for a real one, and only what is worth a look is shown.
package struct QuietLog: LogHandler {
    package var logLevel: Logger.Level = .info
    package var metadata: Logger.Metadata = [:]

    package static func logger(_ label: String) -> Logger { Logger(label: label) { _ in QuietLog() } }

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
